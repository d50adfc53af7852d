/**
 * Events to the edge: gathered for a moment, sent with `keepalive`, sent again under the same ids.
 *
 * @typedef {import("./types.js").TrackedEvent} TrackedEvent
 */

import { plain } from "./bare.js";
import { fail, guard } from "./bus.js";
import { identifying } from "./grants.js";
import { BATCH, GATHER_MS, KEPT, LARGEST, LONGEST_WAIT_MS, TRIES } from "./limits.js";
import { call } from "./net.js";

/** @type {TrackedEvent[]} */
let queue = [];
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let failures = 0;
/** Events in the next batch: fewer while a bad one is looked for. */
let most = BATCH;

/**
 * Record an event. Without a grant it is dropped before it has an id; the edge drops what its own
 * purpose does not permit. What the edge could not read is refused here, or it would take the good
 * events of its batch with it.
 * @param {string} name 1 to 64 characters; throws otherwise
 * @param {object | null} [properties] of which texts, finite numbers and truth values are kept
 * @param {string} [decision]
 */
export function track(name, properties, decision) {
  if (!name || cut(name, 64) !== name) throw "refused " + name;
  if (!identifying()) return;
  queue.push({ id: crypto.randomUUID(), name, time: Date.now(), properties: scalars(properties), decision });
  queue = queue.slice(-KEPT);
  sendIn(GATHER_MS);
}

/**
 * What is no text throws. A half of a surrogate pair is no Unicode, and the edge refuses it.
 * @param {string} text
 * @param {number} most UTF-16 units
 */
const cut = (text, most) => text.slice(0, most).replace(/\p{Cs}/gu, "\ufffd");

/** @param {object | null | undefined} properties */
function scalars(properties) {
  /** @type {Record<string, unknown>} */
  const kept = plain({});
  for (const [name, value] of Object.entries(properties ?? {})) {
    const short = typeof value === "string" ? cut(value, 512) : value;
    if (/string|boolean/.test(typeof short) || Number.isFinite(short)) kept[cut(name, 64)] = short;
  }
  return kept;
}

/** Forget what was not sent: consent was withdrawn. */
export const forget = () => {
  queue = [];
};

/** Send now: when the page is hidden it may never come back. */
export const flush = guard("events", async () => {
  timer = void clearTimeout(timer);
  let size = most;
  while (JSON.stringify(queue.slice(0, size)).length > LARGEST) size >>= 1;
  const batch = queue.splice(0, size || 1);
  if (!batch.length) return;
  const [answer] = await call("events", batch, true).catch(() => /** @type {[]} */ ([]));
  const status = answer?.status ?? 503;
  // A bad event is found by halves: it must not cost the good ones of its batch.
  const half = status === 400 || status === 413 ? batch.length >> 1 : 0;
  most = half || BATCH;
  // Not the batch's fault: a proxy, or an edge without its store. Later, but not for ever.
  failures = status > 501 ? (failures + 1) % TRIES : 0;
  if (half || failures) again(batch, Number(answer?.headers.get("retry-after")) || 0);
  else if (status > 299) fail("events", status);
  if (queue.length) sendIn(GATHER_MS);
});

/**
 * Send these again, unless consent was withdrawn meanwhile.
 * @param {TrackedEvent[]} batch
 * @param {number} seconds what the edge asked to wait
 */
function again(batch, seconds) {
  if (!identifying()) return;
  queue.unshift(...batch);
  sendIn(Math.min(Math.max(seconds * 1000, 500 * 2 ** failures), LONGEST_WAIT_MS));
}

/** @param {number} wait ms */
function sendIn(wait) {
  timer ??= setTimeout(flush, wait);
}
