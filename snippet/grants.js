/**
 * The consent in force, as the edge last said it.
 *
 * @typedef {import("./types.js").Consent} Consent
 */

import { plain } from "./bare.js";

/** The consent in force: importers read it as it is now. Nothing is granted before the edge says so. */
export let consent = /** @type {Consent} */ (plain({ grants: /** @type {string[]} */ ([]) }));
let onChange = () => {};

/**
 * Whether one of these purposes is granted.
 * @param {string[]} purposes
 */
export const permits = (...purposes) => purposes.some((name) => consent.grants.includes(name));

/** Whether a visitor may be recognised at all. */
export const identifying = () => permits("statistics", "personalization", "marketing");

/** @param {() => void} listener called after each change */
export const onGrants = (listener) => {
  onChange = listener;
};

/**
 * Take over what the edge says; what is no consent object changes nothing.
 * @param {Consent} next
 * @param {boolean} [chosen] the visitor chose just now: announced even if nothing changed
 */
export function set(next, chosen = false) {
  if (!Array.isArray(next?.grants)) return;
  const changed = JSON.stringify(next) !== JSON.stringify(consent);
  consent = next;
  if (changed || chosen) onChange();
}
