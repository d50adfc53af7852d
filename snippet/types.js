/**
 * The wire formats and the few types that several files share. No code: nothing of it is in the tag.
 *
 * @typedef {object} Consent
 * @property {"unset" | "denied" | "granted"} state
 * @property {string[]} grants purposes in force, `necessary` among them
 * @property {number} revision
 * @property {boolean} ask whether the banner is to be shown
 *
 * @typedef {object} Decision
 * @property {string} id
 * @property {string} slot
 * @property {string | null} rule
 * @property {string | null} variant
 * @property {string} reason
 * @property {string} action a name in the table of actions, or "none"
 * @property {string} [html]
 * @property {string} [text]
 * @property {string} [name]
 * @property {string} [value]
 *
 * @typedef {object} Slot
 * @property {string} name
 * @property {string | null} [selector]
 *
 * @typedef {object} Boot
 * @property {string} site
 * @property {string | null} page path and query that the decisions were made for
 * @property {Consent} consent
 * @property {Slot[]} slots
 * @property {Decision[]} decisions
 * @property {{label: string}} [reopen]
 *
 * @typedef {object} BannerAnswer
 * @property {string} lang
 * @property {string} html
 * @property {string} css
 *
 * @typedef {object} TrackedEvent
 * @property {string} id
 * @property {string} name
 * @property {number} time ms since the epoch
 * @property {object} properties
 * @property {string} [decision] id of the decision that it belongs to
 */

export {};
