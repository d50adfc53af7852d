/**
 * Exposures: a block that was really seen, half of it for a second.
 *
 * @typedef {import("./slots.js").Applied} Applied
 */

import { emit, guard } from "./bus.js";
import { plain } from "./bare.js";
import { track } from "./events.js";
import { permits } from "./grants.js";
import { SEEN_MS } from "./limits.js";
import { applied } from "./slots.js";

/**
 * Watch an applied block, if statistics are granted. Called again when they are.
 * @param {Applied} entry
 */
export function watch(entry) {
  if (entry.watched_ || !permits("statistics")) return;
  entry.watched_ = true;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const observer = new IntersectionObserver(
    guard("exposure", (/** @type {IntersectionObserverEntry[]} */ changes) => {
      clearTimeout(timer);
      if (changes[changes.length - 1].intersectionRatio < 0.5) return;
      timer = setTimeout(() => {
        observer.disconnect();
        report(entry);
      }, SEEN_MS);
    }),
    plain({ threshold: 0.5 }),
  );
  observer.observe(target(entry));
}

/** @param {Applied} entry */
function report(entry) {
  // Withdrawn, or taken out of the page again, within the second.
  if (!permits("statistics") || !applied.includes(entry)) return;
  const decision = entry.decision_;
  const detail = { slot: decision.slot, rule: decision.rule, variant: decision.variant };
  track("exposure", detail, decision.id);
  emit("exposure", detail);
}

/**
 * What the visitor sees of it: the slot that was filled, or the element that was put beside it.
 * @param {Applied} entry
 */
function target({ slot_, nodes_, decision_ }) {
  const first = nodes_.find((node) => node instanceof Element);
  return first && decision_.action !== "setHtml" ? /** @type {Element} */ (first) : slot_;
}
