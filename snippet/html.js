/** The one place where text becomes HTML. */

/** @type {{createHTML(html: string): any} | undefined} */
let policy;

/**
 * Parse HTML that the edge has sanitised. At least one node: what was put in can always be found again.
 * @param {string | undefined} html
 * @returns {ChildNode[]}
 */
export function parse(html) {
  const pass = { createHTML: (/** @type {string} */ html) => html };
  // Made on first use: on a page whose CSP does not list the name, making it is a violation.
  policy ??= window.trustedTypes?.createPolicy("tagwerk", pass) ?? pass;
  const template = document.createElement("template");
  template.innerHTML = policy.createHTML(html || "");
  const nodes = [...template.content.childNodes];
  return nodes.length ? nodes : [new Text()];
}
