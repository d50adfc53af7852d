/**
 * What a decision can do to a slot: one table, name -> apply, which returns its undo.
 * Undo gives back the page's own nodes, never copies, and does nothing where the page has since
 * changed the same thing itself.
 *
 * @typedef {import("./types.js").Decision} Decision
 * @typedef {(slot: HTMLElement, nodes: ChildNode[], decision: Decision) => () => void} Action
 */

import { plain } from "./bare.js";

/** @param {ChildNode[]} nodes */
const remover = (nodes) => () => nodes.forEach((node) => node.remove());

/**
 * An attribute that is empty after the undo was not there before.
 * @param {Element} slot
 * @param {string} name
 */
const tidy = (slot, name) => slot.getAttribute(name) || slot.removeAttribute(name);

/**
 * Put the page's own nodes back where ours stand, and take ours away; what the page added between them stays.
 * @param {ChildNode[]} nodes
 * @param {ChildNode[]} own
 */
const swapper = (nodes, own) => () => {
  nodes.find((node) => node.parentNode)?.before(...own);
  remover(nodes)();
};

/** @type {Action} */
function fill(slot, nodes) {
  const own = [...slot.childNodes];
  slot.replaceChildren(...nodes);
  return swapper(nodes, own);
}

/** @type {Action} */
function replace(slot, nodes) {
  slot.replaceWith(...nodes);
  return swapper(nodes, [slot]);
}

/** @type {Action} */
function setAttribute(slot, _, { name = "", value = "" }) {
  if (!harmless(name, value)) throw "refused " + name;
  const old = slot.getAttribute(name);
  slot.setAttribute(name, value);
  return () => {
    if (slot.getAttribute(name) !== value) return;
    if (old === null) slot.removeAttribute(name);
    else slot.setAttribute(name, old);
  };
}

/** @type {Action} */
function addClass(slot, _, { value = "" }) {
  const added = value.split(/\s+/).filter((name) => name && !slot.classList.contains(name));
  slot.classList.add(...added);
  return () => {
    slot.classList.remove(...added);
    tidy(slot, "class");
  };
}

/**
 * Through the style object, which a strict CSP allows; the `hidden` attribute loses to `display: flex`.
 * @type {Action}
 */
function hide(slot) {
  const { style } = slot;
  const [value, priority] = [style.display, style.getPropertyPriority("display")];
  style.setProperty("display", "none", "important");
  return () => {
    style.setProperty("display", value, priority);
    tidy(slot, "style");
  };
}

/** @type {(put: "append" | "prepend" | "before" | "after") => Action} */
const insert = (put) => (slot, nodes) => {
  slot[put](...nodes);
  return remover(nodes);
};

/** @type {Record<string, Action>} */
export const ACTIONS = plain({
  replace,
  setHtml: fill,
  setText: fill,
  setAttribute,
  append: insert("append"),
  prepend: insert("prepend"),
  before: insert("before"),
  after: insert("after"),
  addClass,
  hide,
});

/**
 * Whether an attribute can run no code. The edge refuses the same; this is for the day that it does not.
 * Browsers skip blanks and control characters in front of and inside a scheme, so they are taken out first.
 * @param {string} name
 * @param {string} value
 */
export function harmless(name, value) {
  const bare = value.replace(/[\0-\x20]/g, "");
  return !/^(on|style$|srcdoc$)/i.test(name) && !/^(javascript|vbscript|data:text\/html)/i.test(bare);
}
