/**
 * Objects without a prototype. On a page whose `Object.prototype` was polluted, a member that is
 * missing in our data (`html`, `selector`) or in an options object (`body`, `headers`) would
 * otherwise be read from there, and the tag would carry out what the page's attacker wrote.
 */

/**
 * The same object, without its prototype.
 * @template {object} T
 * @param {T} object
 * @returns {T}
 */
export const plain = (object) => Object.setPrototypeOf(object, null);

/**
 * JSON data, without prototypes at any depth.
 * @template T
 * @param {T} data
 * @returns {T}
 */
export function bare(data) {
  if (data && typeof data === "object") {
    if (!Array.isArray(data)) plain(data);
    Object.values(data).forEach(bare);
  }
  return data;
}
