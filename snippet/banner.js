/**
 * The banner: fetched when it is needed, put first in the page, taken away after a choice. Only the
 * edge writes the choice down; here nothing is stored.
 *
 * @typedef {import("./types.js").BannerAnswer} BannerAnswer
 */

import { guard } from "./bus.js";
import { plain } from "./bare.js";
import { addStyle, atMost, ready } from "./dom.js";
import { consent, set } from "./grants.js";
import { parse } from "./html.js";
import { RETURNS } from "./limits.js";
import { ask } from "./net.js";
import reopenCss from "./reopen.css";
import { decide } from "./views.js";

const REOPEN = "[data-tagwerk=reopen]";

/** @type {HTMLElement | null} */
let root = null;
/** @type {HTMLElement | null} the small control that the tag itself adds */
let control = null;
/** @type {HTMLElement | null} where the focus was before it came into the banner */
let origin = null;
let lang = "";
let styled = false;
let loading = false;
let busy = false;

/** @type {Record<string, () => unknown>} what a press on [data-tagwerk=NAME] does */
const PRESSES = plain({
  "accept-all": () => choose("accept_all"),
  // Refusing what was granted is a withdrawal.
  "reject-all": () => choose(consent.state === "granted" ? "withdraw" : "reject_all"),
  save: () => choose("save", toggles().filter((box) => box.checked).map((box) => box.name)),
  settings: () => turnTo(2, true),
  close: leave,
});

/** Show the banner where consent is to be asked for, and take it away where it no longer is. */
export function follow() {
  if (!root && consent.ask) open(1);
  else if (layer() === 1 && !consent.ask) close();
}

/** Open the settings, for a visitor who asked for them. */
export const show = () => open(consent.ask ? 1 : 2, true);

/** Put the banner and the control back when the page's renderer dropped them, as with a new <body>. */
export function stay() {
  if (document.body && (root?.isConnected === false || lacksControl()) && mayReturn()) place();
}

const mayReturn = atMost(RETURNS);

const lacksControl = () => control && !document.querySelector(REOPEN);

/**
 * Listen for [data-tagwerk=reopen], and add one where the page has none.
 * @param {string | undefined} label
 */
export function offerReopen(label) {
  document.addEventListener("click", (event) => {
    const pressed = closest(event, REOPEN);
    if (!pressed) return;
    event.preventDefault();
    origin = pressed;
    show();
  });
  ready(() => {
    if (!label || document.querySelector(REOPEN)) return;
    addStyle(reopenCss);
    control = document.createElement("button");
    control.dataset.tagwerk = "reopen";
    control.textContent = label;
    place();
  });
}

/** Show a layer. The focus moves there when the visitor asked for it, and only then. */
const open = guard("banner", async (/** @type {1 | 2} */ to, /** @type {boolean | void} */ asked) => {
  if (!root) {
    if (loading) return;
    loading = true;
    const answer = await ask("banner");
    loading = false;
    // Chosen meanwhile, in another tab: then there is nothing left to ask.
    if (!answer || !(asked || consent.ask)) return;
    build(answer);
  }
  turnTo(to, asked);
});

/** @param {BannerAnswer} answer */
function build(answer) {
  if (!styled) addStyle(answer.css);
  styled = true;
  lang = answer.lang;
  root = /** @type {HTMLElement} */ (parse(answer.html.trim())[0]);
  root.addEventListener("click", guard("banner", pressed));
  root.addEventListener("focusin", ({ relatedTarget }) => {
    const from = /** @type {HTMLElement | null} */ (relatedTarget);
    if (from && !root?.contains(from)) origin = from;
  });
  root.addEventListener("keydown", ({ key }) => key === "Escape" && leave());
  // On is what is in force; before a choice that is nothing, unless the law of the place has an opt-out.
  for (const box of toggles()) box.checked = consent.grants.includes(box.name);
  place();
}

function place() {
  // First in the page: the first thing that Tab reaches, without taking the focus.
  if (!document.body) return ready(place);
  if (root && !root.isConnected) document.body.prepend(root);
  if (control && lacksControl()) document.body.append(control);
  // The banner has the control's corner.
  if (control) control.style.visibility = root ? "hidden" : "";
}

/** @param {Event} event */
const pressed = (event) => PRESSES[closest(event, "button")?.dataset.tagwerk ?? ""]?.();

/**
 * What was pressed, if it is such an element.
 * @param {Event} event
 * @param {string} selector
 * @returns {HTMLElement | null | undefined}
 */
const closest = ({ target }, selector) => /** @type {Element | null} */ (target)?.closest?.(selector);

/** @returns {HTMLInputElement[]} */
const toggles = () => [.../** @type {HTMLElement} */ (root).querySelectorAll("input")];

const layer = () => Number(root?.dataset.layer);

/**
 * @param {1 | 2} to
 * @param {boolean | void} focus
 */
function turnTo(to, focus) {
  if (!root) return;
  root.dataset.layer = String(to);
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-on]"))) {
    part.hidden = part.dataset.on !== String(to);
  }
  if (focus) root.querySelector("h2")?.focus();
}

/** Out of the settings without a choice: back to the question while it is open. Grants nothing. */
function leave() {
  if (!consent.ask) close();
  else if (layer() === 2) turnTo(1, true);
}

function close() {
  if (!root) return;
  const inside = root.contains(document.activeElement);
  root.remove();
  root = null;
  place();
  /** @type {HTMLElement | null} */
  const back = origin?.isConnected ? origin : document.querySelector(REOPEN);
  if (inside) back?.focus(plain({ preventScroll: true }));
  origin = null;
}

/**
 * @param {"accept_all" | "reject_all" | "save" | "withdraw"} action
 * @param {string[]} [purposes]
 */
async function choose(action, purposes) {
  if (busy) return;
  busy = true;
  const before = consent;
  const refused = action === "withdraw" || action === "reject_all";
  const inForce = before.grants.length > 1;
  // A refusal holds on this page at once, whatever the network does.
  if (refused && inForce) set(plain({ ...before, state: "denied", grants: ["necessary"] }));
  const answer = await ask("consent", { action, purposes, lang, layer: layer() });
  busy = false;
  if (answer) {
    close();
    set(answer.consent, true);
    await decide();
  } else if (refused && !inForce) {
    // What was refused is not in force anyway: nothing to make the visitor wait for.
    close();
  } else {
    // The choice is not stored, and the visitor has to know.
    root?.querySelector("[role=alert]")?.removeAttribute("hidden");
  }
}
