/**
 * The "try it out" box of the demo: what Tagwerk decides, as it decides it. A shop needs none of this.
 */
(() => {
  "use strict";

  const table = document.querySelector("[data-try=decisions]");
  const body = table && table.tBodies[0];
  /** @type {Map<string, HTMLTableRowElement>} row by slot */
  const rows = new Map();

  /** @param {string | null} text */
  function cell(text) {
    const made = document.createElement("td");
    made.textContent = text || "–";
    return made;
  }

  /** @param {string} reason as the edge names it */
  const inWords = (reason) =>
    table.getAttribute("data-reason-" + reason.toLowerCase().replaceAll("_", "-")) || reason;

  /** @param {{slot: string, reason: string, rule: string | null}} detail */
  function show(detail) {
    if (!body) return;
    const row = document.createElement("tr");
    row.dataset.reason = detail.reason;
    row.append(cell(detail.slot), cell(inWords(detail.reason)), cell(detail.rule));
    const old = rows.get(detail.slot);
    if (old) old.replaceWith(row);
    else if (rows.size) body.append(row);
    else body.replaceChildren(row);
    rows.set(detail.slot, row);
  }

  function offerSettings() {
    const ask = document.querySelector("[data-try=consent]");
    if (ask) {
      ask.disabled = false;
      ask.addEventListener("click", () => window.tagwerk.consent.show());
    }
    for (const control of document.querySelectorAll("[data-tagwerk=reopen]")) control.hidden = false;
  }

  // The tag may have come before this script: what it said then is in the data layer.
  for (const past of window.dataLayer) if (past.event === "tagwerk.decision") show(past);
  document.addEventListener("tagwerk:decision", ({ detail }) => show(detail));
  if (window.tagwerk && window.tagwerk.decide) offerSettings();
  else document.addEventListener("tagwerk:ready", offerSettings, { once: true });
})();
