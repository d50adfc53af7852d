/** What the page can call: `window.tagwerk`, and what it queued there before the tag came. */

import { fail, guard } from "./bus.js";
import { plain } from "./bare.js";
import { show } from "./banner.js";
import { track } from "./events.js";
import { identifying } from "./grants.js";
import { ask } from "./net.js";
import { decide } from "./views.js";

/** @type {Promise<unknown>} logins and logouts reach the edge in the order of the calls */
let last = Promise.resolve();

/**
 * @template T
 * @param {() => Promise<T>} step
 * @returns {Promise<T>}
 */
function inTurn(step) {
  const result = last.then(step);
  last = result.catch(() => {});
  return result;
}

/**
 * Link the visitor to a customer. Never rejects. Without a grant the token, which names a person,
 * does not leave the page.
 * @param {string} token signed by the site's backend
 * @returns {Promise<{linked: boolean, reason?: string}>}
 */
const identify = (token) =>
  inTurn(async () => {
    if (!identifying()) return { linked: false, reason: "CONSENT_REQUIRED" };
    try {
      const { linked, reason } = await ask("identify", { token });
      if (linked) await decide();
      return { linked, reason };
    } catch (error) {
      fail("identify", error);
      return { linked: false, reason: "ERROR" };
    }
  });

/**
 * Cut the link. Never rejects; the page's content is decided anew even if the edge did not answer.
 * @returns {Promise<{linked: boolean}>}
 */
const logout = () =>
  inTurn(async () => {
    await ask("logout", {}).catch((error) => fail("logout", error));
    await decide();
    return { linked: false };
  });

/** @type {Record<string, (...args: any[]) => unknown>} */
const calls = plain({
  identify: guard("identify", identify),
  logout: guard("logout", logout),
  track: guard("track", (/** @type {string} */ name, /** @type {object} */ properties) => track(name, properties)),
  decide: guard("decide", decide),
  "consent.show": show,
});

/** @param {[string, ...unknown[]]} entry as the page queued it: ["identify", token] */
const push = guard("push", ([name, ...args]) => {
  const run = calls[name];
  if (!run) throw new Error("no call " + name);
  run(...args);
});

/** Put the API in place of the queue, and run what is in it. */
export function install() {
  const queued = window.tagwerk;
  const { identify, logout, track, decide } = calls;
  window.tagwerk = { identify, logout, track, decide, consent: { show }, push };
  if (Array.isArray(queued)) queued.forEach(push);
}

/** Whether a tag is at work in this page already. A queue, or an element with that id, is none. */
export const installed = () =>
  typeof (/** @type {{push?: unknown, decide?: unknown} | undefined} */ (window.tagwerk)?.decide) === "function";
