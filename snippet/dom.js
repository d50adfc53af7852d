/** When the page is there, and when it changes. */

import { guard } from "./bus.js";
import { plain } from "./bare.js";
import { nonce } from "./net.js";

/**
 * Run once the document is parsed, at once if it is.
 * @param {() => unknown} run
 */
export function ready(run) {
  const guarded = guard("ready", run);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", guarded);
  else guarded();
}

/**
 * Run after each change of the tree, before the browser paints it.
 * @param {() => void} run
 */
export function onChange(run) {
  new MutationObserver(guard("mutation", run)).observe(
    document,
    plain({ childList: true, subtree: true }),
  );
}

/**
 * A function that tells whether something may be done again: so many times in a second.
 * @param {number} times
 */
export const atMost = (times) => () => {
  if (!times) return false;
  times -= 1;
  setTimeout(() => (times += 1), 1000);
  return true;
};

/**
 * Whether the parser has left this element: what it still had to put in would mix with ours.
 * @param {Node} element
 */
export function complete(element) {
  if (document.readyState !== "loading") return true;
  for (let node = /** @type {Node | null} */ (element); node; node = node.parentNode) {
    if (node.nextSibling) return true;
  }
  return false;
}

/**
 * Add a style sheet that a CSP without 'unsafe-inline' allows.
 * @param {string} css
 */
export function addStyle(css) {
  if (document.adoptedStyleSheets) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  } else {
    // Safari before 16.4 has no constructable sheets.
    const style = document.createElement("style");
    style.nonce = nonce;
    style.textContent = css;
    document.head.append(style);
  }
}
