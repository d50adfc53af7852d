/**
 * The "try it out" box of the demo: what Tagwerk decides, as it decides it. A shop needs none of this.
 * It stands before the tag and is not deferred: it must be listening when the first decision comes.
 */
(() => {
  "use strict";

  /** @typedef {{slot: string, reason: string, rule: string | null}} Decision */
  /** @typedef {{state: string, grants: string[]}} Consent */

  const SMALL = "(max-width: 43.75em)";

  /** @type {Map<string, Decision>} the latest by slot */
  const latest = new Map();
  /** @type {Consent | undefined} */
  let consent;
  let running = false;
  /** @type {HTMLDetailsElement | null} null while the page is being parsed */
  let box = null;

  /**
   * @param {string} tag
   * @param {...(string | Node)} content
   */
  function make(tag, ...content) {
    const made = document.createElement(tag);
    made.append(...content);
    return made;
  }

  /** @param {string} slot @returns {HTMLElement | null} its place on this page */
  function placeOf(slot) {
    return document.querySelector(`[data-slot="${slot}"]`);
  }

  /**
   * The way to a slot, in plain words if the table has some.
   * @param {HTMLElement} table
   * @param {string} slot
   */
  function way(table, slot) {
    const place = placeOf(slot);
    place.id ||= slot;
    const link = make("a", table.getAttribute("data-slot-" + slot) || slot);
    link.href = "#" + place.id;
    return link;
  }

  /**
   * @param {HTMLElement} table carries each reason in plain words
   * @param {Decision} decision
   */
  function row(table, { slot, reason, rule }) {
    const words = table.getAttribute("data-reason-" + reason.toLowerCase().replaceAll("_", "-")) || reason;
    // Which rule waits for consent says nothing about this visitor.
    const named = rule && reason !== "CONSENT_REQUIRED" ? [" ", make("code", rule)] : [];
    const made = make("tr", make("td", way(table, slot)), make("td", words, ...named));
    made.dataset.reason = reason;
    return made;
  }

  /** The slots of this page alone: the others are decided too, and cannot be looked at here. */
  function list() {
    const table = document.querySelector("[data-try=decisions]");
    const here = [...latest.values()].filter(({ slot }) => placeOf(slot));
    if (table && here.length) table.tBodies[0].replaceChildren(...here.map((decision) => row(table, decision)));
  }

  /** Say which consent is in force; the purposes by their names. */
  function state() {
    const place = document.querySelector("[data-try=state]");
    if (!place || !consent) return;
    document.querySelector("[data-try=first]").hidden = consent.grants.includes("personalization");
    const names = consent.grants.map((purpose) => place.dataset[purpose]).filter(Boolean);
    place.dataset.state = consent.state;
    place.textContent = (place.dataset[consent.state] || consent.state).replace("{purposes}", names.join(", "));
  }

  function show() {
    if (!box) return;
    list();
    state();
    if (running) offer();
  }

  /** Nothing that needs the tag is offered before it runs. */
  function offer() {
    for (const control of document.querySelectorAll("[data-tagwerk=reopen]")) control.hidden = false;
    for (const button of document.querySelectorAll("[data-try=consent]")) {
      button.disabled = false;
      button.onclick = () => window.tagwerk.consent.show();
    }
  }

  /**
   * Send a form of the box and show the page anew where it was: a reload keeps the place, a redirect does not.
   * @param {SubmitEvent} event
   */
  async function choose(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const body = new URLSearchParams(new FormData(form));
    if (event.submitter?.name) body.set(event.submitter.name, event.submitter.value);
    // Without the place that the table led to: the reload would go there again.
    history.replaceState({ ...history.state, tried: true }, "", location.pathname + location.search);
    try {
      await fetch(form.action, { method: "POST", body, redirect: "manual" });
    } finally {
      location.reload();
    }
  }

  /** Follow the pointer at the top of the page to the box. @param {Event} event */
  function visit(event) {
    event.preventDefault();
    box.open = true;
    box.querySelector("summary").focus({ preventScroll: true });
    box.scrollIntoView();
  }

  document.addEventListener("tagwerk:decision", ({ detail }) => {
    latest.set(detail.slot, detail);
    show();
  });
  document.addEventListener("tagwerk:consent", ({ detail }) => {
    consent = detail;
    show();
  });
  document.addEventListener("tagwerk:ready", ({ detail }) => {
    running = true;
    consent ??= detail.consent;
    show();
  });
  document.addEventListener("DOMContentLoaded", () => {
    box = document.querySelector(".try__box");
    // On a small screen it would be longer than the shop; it stays open for whoever is trying.
    box.open = !matchMedia(SMALL).matches || Boolean(history.state?.tried);
    for (const form of box.querySelectorAll("form")) form.addEventListener("submit", choose);
    document.querySelector(".hint").addEventListener("click", visit);
    new MutationObserver(list).observe(document.querySelector("main"), { childList: true, subtree: true });
    show();
  });
})();
