/**
 * Events to the edge: gathered for a moment, sent with `keepalive`, sent again under the same ids.
 *
 * @typedef {import("./types.js").TrackedEvent} TrackedEvent
 */

import { fail, guard } from "./bus.js";
import { identifying } from "./grants.js";
import { call } from "./net.js";

const GATHER_MS = 200;
/** Below the 64 KB that a browser lets outlive the page. */
const BATCH = 50;
/** What a long outage may pile up; the oldest go first. */
const KEPT = 200;
const TRIES = 5;
const LONGEST_WAIT_MS = 30_000;

/** @type {TrackedEvent[]} */
let queue = [];
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let failures = 0;

/**
 * Record an event. Without a grant it is dropped before it has an id; the edge drops what its own
 * purpose does not permit.
 * @param {string} name
 * @param {object} [properties]
 * @param {string} [decision]
 */
export function track(name, properties = {}, decision) {
  if (!identifying()) return;
  queue.push({ id: crypto.randomUUID(), name, time: Date.now(), properties, decision });
  queue = queue.slice(-KEPT);
  sendIn(GATHER_MS);
}

/** Forget what was not sent: consent was withdrawn. */
export const forget = () => {
  queue = [];
};

/** Send now: when the page is hidden it may never come back. */
export const flush = guard("events", async () => {
  clearTimeout(timer);
  timer = undefined;
  const batch = queue.splice(0, BATCH);
  if (!batch.length) return;
  const answer = await call("events", batch, true).catch(() => null);
  if (!answer || answer.status === 503) retry(batch, answer ? answer.retryAfter : 0);
  else {
    failures = 0;
    if (!answer.ok) fail("events", answer.status);
  }
  if (queue.length) sendIn(GATHER_MS);
});

/**
 * @param {TrackedEvent[]} batch
 * @param {number} seconds what the edge asked to wait
 */
function retry(batch, seconds) {
  failures += 1;
  if (failures >= TRIES) {
    failures = 0;
    fail("events", "not delivered: " + batch.length);
  } else if (identifying()) {
    queue.unshift(...batch);
    sendIn(Math.min(Math.max(seconds * 1000, 500 * 2 ** failures), LONGEST_WAIT_MS));
  }
}

/** @param {number} wait ms */
function sendIn(wait) {
  timer ??= setTimeout(flush, wait);
}
