/**
 * The "try it out" box of the demo: what Tagwerk decides, as it decides it. A shop needs none of this.
 * It stands before the tag and is not deferred: it must be listening when the first decision comes.
 */
(() => {
  "use strict";

  /** @typedef {{slot: string, reason: string, rule: string | null}} Decision */

  /** @type {Map<string, Decision>} the latest by slot */
  const latest = new Map();
  let parsed = false;
  let running = false;

  /** @param {string | null} text */
  function cell(text) {
    const made = document.createElement("td");
    made.textContent = text || "–";
    return made;
  }

  /**
   * @param {Element} table carries each reason in plain words
   * @param {Decision} decision
   */
  function row(table, { slot, reason, rule }) {
    const words = table.getAttribute("data-reason-" + reason.toLowerCase().replaceAll("_", "-"));
    const made = document.createElement("tr");
    made.dataset.reason = reason;
    made.append(cell(slot), cell(words || reason), cell(rule));
    return made;
  }

  function list() {
    const table = document.querySelector("[data-try=decisions]");
    if (!table || !latest.size) return;
    table.tBodies[0].replaceChildren(...[...latest.values()].map((decision) => row(table, decision)));
  }

  /** Nothing that needs the tag is offered before it runs. */
  function offer() {
    for (const control of document.querySelectorAll("[data-tagwerk=reopen]")) control.hidden = false;
    for (const button of document.querySelectorAll("[data-try=consent]")) {
      button.disabled = false;
      button.addEventListener("click", () => window.tagwerk.consent.show());
    }
  }

  document.addEventListener("tagwerk:decision", ({ detail }) => {
    latest.set(detail.slot, detail);
    if (parsed) list();
  });
  document.addEventListener("tagwerk:ready", () => {
    running = true;
    if (parsed) offer();
  });
  document.addEventListener("DOMContentLoaded", () => {
    parsed = true;
    list();
    if (running) offer();
  });
})();
