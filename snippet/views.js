/**
 * Views: the page load and each history navigation of a single-page app. Each is decided once and
 * counted once.
 *
 * @typedef {import("./types.js").Boot} Boot
 * @typedef {import("./types.js").Decision} Decision
 */

import { emit, guard } from "./bus.js";
import { ready } from "./dom.js";
import { track } from "./events.js";
import { permits, set } from "./grants.js";
import { STILL_MS } from "./limits.js";
import { ask } from "./net.js";
import { apply } from "./slots.js";

/** Path and query of the view the visitor is on. */
let page = here();
/** The newest address: a view begins where the history comes to rest. */
let latest = page;
let referrer = document.referrer;
/** @type {Decision[]} of this view: none before its answer */
let decisions = [];
/** The newest answer came while the address was another: it is asked for again on the way back. */
let missed = false;
let counted = false;
let turn = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} of the view that is to begin, or has just begun */
let arrival;

function here() {
  return location.pathname + location.search;
}

/**
 * Show what came with the tag, or ask, when that was made for another page; then follow the history.
 * @param {Boot} boot
 */
export function start(boot) {
  follow();
  if (boot.page === page) take(boot.decisions);
  else decide();
  ready(count);
}

/**
 * Ask the edge for this view's decisions and show them. Without an answer the page's own content
 * stands: what was decided for another consent or customer must not stay. Never rejects.
 */
export const decide = guard("decide", async () => {
  const mine = ++turn;
  const url = location.origin + page;
  const answer = await ask("decide", { page: { url, referrer } });
  // A later call has taken over.
  if (mine !== turn) return decisions;
  // The next view is about to.
  missed = here() !== page;
  if (missed) return decisions;
  take(answer?.decisions ?? []);
  if (answer) set(answer.consent);
  return decisions;
});

/** Count the view, once, as soon as a grant allows it. */
export function count() {
  if (counted || !permits("personalization", "statistics")) return;
  counted = true;
  track("view", { path: page.split("?")[0], ...described() });
}

/** @param {Decision[]} list */
function take(list) {
  decisions = list;
  apply(list);
  // What was decided and why; not the content.
  for (const { html, text, name, value, ...decided } of list) emit("decision", decided);
}

/** What the page says about itself in <meta name="tagwerk:view" content="{...}">. */
function described() {
  const meta = document.querySelector('meta[name="tagwerk:view"]');
  return meta ? guard("view", JSON.parse)(meta.getAttribute("content") || "{}") : {};
}

function follow() {
  const left = guard("view", leave);
  for (const name of /** @type {const} */ (["pushState", "replaceState"])) {
    const original = history[name];
    history[name] = function (...args) {
      original.apply(this, args);
      left();
    };
  }
  addEventListener("popstate", left);
  // Out of the back/forward cache: consent, customer and content may have changed meanwhile.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    page = latest = "";
    left();
  });
}

/**
 * Give the page its own nodes back before its framework renders the next view. The view itself
 * begins in a task of its own: several calls in a row (a redirect) are one navigation, and so is an
 * address that changes all the time (a slider, a search while one types). Writing the same address
 * again, as routers do while one scrolls, puts nothing off.
 */
function leave() {
  if (here() === latest) return;
  latest = here();
  if (page) count();
  apply([]);
  const wait = arrival ? STILL_MS : 0;
  clearTimeout(arrival);
  arrival = setTimeout(guard("view", arrive), wait);
}

async function arrive() {
  arrival = setTimeout(() => (arrival = undefined), STILL_MS);
  if (here() === page && !missed) return apply(decisions);
  if (here() !== page) {
    if (page) referrer = location.origin + page;
    page = here();
    counted = false;
    decisions = [];
  }
  await decide();
  count();
}
