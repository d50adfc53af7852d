/** What the page can call: `window.tagwerk`, and what it queued there before the tag came. */

import { guard } from "./bus.js";
import { plain } from "./bare.js";
import { show } from "./banner.js";
import { track } from "./events.js";
import { permits } from "./grants.js";
import { ask } from "./net.js";
import { decide } from "./views.js";

/** @type {Promise<any>} logins and logouts reach the edge in the order of the calls */
let last = Promise.resolve();

/**
 * @template T
 * @param {() => Promise<T>} step that never rejects
 * @returns {Promise<T>}
 */
const inTurn = (step) => (last = last.then(step));

/** @type {string} a login that no grant covers yet */
let waiting = "";

/**
 * Link the visitor to a customer. Never rejects. Without a grant the token, which names a person,
 * does not leave the page; a grant given on the same page still links.
 * @param {string} token signed by the site's backend
 * @returns {Promise<{linked: boolean, reason?: string}>}
 */
const identify = (token) =>
  inTurn(async () => {
    waiting = permits("personalization") ? "" : token;
    if (waiting) return { linked: false, reason: "CONSENT_REQUIRED" };
    const answer = (await ask("identify", { token })) ?? { linked: false, reason: "ERROR" };
    if (answer.linked) await decide();
    return answer;
  });

/**
 * Cut the link. Never rejects; the page's content is decided anew even if the edge did not answer.
 * @returns {Promise<{linked: boolean}>}
 */
const logout = () =>
  inTurn(async () => {
    waiting = "";
    await ask("logout", {});
    await decide();
    return { linked: false };
  });

/** Link the login that waited for consent, if it is given now. */
export const consented = () => {
  if (waiting && permits("personalization")) identify(waiting);
};

/** @param {[string, ...unknown[]]} entry as the page queued it: ["identify", token] */
const push = guard("push", ([name, ...args]) => api[name](...args));

/** @type {Record<string, any>} */
const api = plain({
  identify,
  logout,
  // Only the tag itself knows decisions.
  track: guard("track", (/** @type {any} */ name, /** @type {any} */ properties) => track(name, properties)),
  decide,
  consent: { show },
  "consent.show": show,
  push,
});

/** Put the API in place of the queue, and run what is in it. */
export function install() {
  const queued = window.tagwerk;
  window.tagwerk = api;
  if (Array.isArray(queued)) queued.forEach(push);
}

/** Whether a tag is at work in this page already. A queue, or an element with that id, is none. */
export const installed = () => typeof (/** @type {any} */ (window.tagwerk)?.decide) === "function";
