/**
 * Decisions into slots: each slot element is filled once, also one that appears late, and given
 * back as it was.
 *
 * @typedef {import("./types.js").Decision} Decision
 * @typedef {import("./types.js").Slot} Slot
 *
 * @typedef {object} Applied
 * @property {HTMLElement} slot_ the page's own element
 * @property {Decision} decision_
 * @property {ChildNode[]} nodes_ what was put in, if anything
 * @property {Node} anchor_ gone from the document when the page threw our work away
 * @property {() => void} undo_
 * @property {boolean} [watched_] its exposure is being watched for, or was reported
 */

import { ACTIONS } from "./actions.js";
import { fail, guard } from "./bus.js";
import { atMost, complete } from "./dom.js";
import { parse } from "./html.js";
import { FIGHTS } from "./limits.js";

/** On every element that was filled: a copy that the page makes of it is not filled again. */
const MARK = "data-tagwerk-filled";

/** @type {Map<string, string | null | undefined>} selector by slot name */
const selectors = new Map();
/** @type {Map<string, Decision>} */
let decisions = new Map();
/** @type {Applied[]} all that is applied now, first things first */
export let applied = [];
/** @type {Map<string, () => boolean>} by slot: whether the page may undo ours once more */
let fights = new Map();
/** @type {(entry: Applied) => void} */
let onApplied = () => {};

/**
 * @param {Slot[]} slots
 * @param {(entry: Applied) => void} told called for each slot element that was filled
 */
export function declare(slots, told) {
  for (const { name, selector } of slots) selectors.set(name, selector);
  onApplied = told;
}

/**
 * Make the page show exactly these decisions: what stays the same is left alone, what is gone is
 * undone, what is new is applied. An empty list restores the page.
 * @param {Decision[]} list
 */
export function apply(list) {
  decisions = new Map(list.map((decision) => [decision.slot, decision]));
  fights = new Map(list.map((decision) => [decision.slot, atMost(FIGHTS)]));
  // Last in, first out: a slot that was filled first may since have moved into another's default content.
  for (const entry of [...applied].reverse()) {
    const decision = decisions.get(entry.decision_.slot);
    if (decision && keyOf(decision) === keyOf(entry.decision_)) entry.decision_ = decision;
    else retract(entry);
  }
  scan();
}

/** Fill the slot elements that are there and not filled yet. */
export function scan() {
  for (const decision of decisions.values()) {
    if (decision.action === "none") continue;
    try {
      fillAll(decision);
    } catch (error) {
      // Said once, not at each change of the page.
      decisions.delete(decision.slot);
      fail("slot " + decision.slot, error);
    }
  }
}

/** @param {Decision} decision */
function fillAll(decision) {
  for (const element of find(decision.slot)) {
    if (!isNew(element) || !complete(element)) continue;
    forgetLost(decision.slot);
    fillOne(element, decision);
  }
}

/** @param {string} name */
function find(name) {
  const selector = selectors.get(name);
  const marked = `[data-slot="${CSS.escape(name)}"]`;
  /** @type {NodeListOf<HTMLElement>} */
  return document.querySelectorAll(selector ? `${selector},${marked}` : marked);
}

/**
 * Neither filled, nor a copy of a filled one, nor part of a block: blocks hold no slots, so nothing nests without end.
 * @param {HTMLElement} element
 */
const isNew = (element) =>
  !element.hasAttribute(MARK) &&
  !applied.some((entry) => entry.slot_ === element || entry.nodes_.some((node) => node.contains(element)));

/**
 * Forget what the page's own renderer has thrown away. When it keeps doing so it wins: throws.
 * @param {string} name
 */
function forgetLost(name) {
  const lost = applied.filter((entry) => entry.decision_.slot === name && !entry.anchor_.isConnected);
  applied = applied.filter((entry) => !lost.includes(entry));
  if (lost.length && !fights.get(name)?.()) throw "overwritten";
}

/**
 * @param {HTMLElement} slot
 * @param {Decision} decision
 */
function fillOne(slot, decision) {
  const nodes = contents(decision);
  // An action that is not in the table throws here, before anything has changed.
  const undo = ACTIONS[decision.action](slot, nodes, decision);
  const anchor = decision.action === "replace" ? nodes[0] : slot;
  const entry = {
    slot_: slot,
    decision_: decision,
    nodes_: nodes,
    anchor_: anchor,
    undo_: undo,
  };
  applied.push(entry);
  slot.setAttribute(MARK, "");
  onApplied(entry);
}

/**
 * @param {Decision} decision
 * @returns {ChildNode[]}
 */
function contents({ html, text }) {
  if (text != null) return [new Text(text)];
  return html == null ? [] : parse(html);
}

/** @param {Applied} entry */
function retract(entry) {
  applied = applied.filter((other) => other !== entry);
  entry.slot_.removeAttribute(MARK);
  guard("slot " + entry.decision_.slot, entry.undo_)();
}

/**
 * Two decisions with the same key look the same.
 * @param {Decision} decision
 */
const keyOf = (decision) => JSON.stringify({ ...decision, id: 0 });
