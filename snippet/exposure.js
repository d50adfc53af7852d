/**
 * Exposures: a block that was really seen, for a second: half of it, or half a screen of a tall one.
 *
 * @typedef {import("./slots.js").Applied} Applied
 */

import { emit, guard } from "./bus.js";
import { plain } from "./bare.js";
import { track } from "./events.js";
import { permits } from "./grants.js";
import { SEEN_MS } from "./limits.js";
import { applied } from "./slots.js";

/** Shares of a block at which to look again, a tenth apart: half a screen can be a small share of it. */
const SHARES = Array.from({ length: 50 }, (_, step) => 0.5 * 0.9 ** step);

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
      const { intersectionRatio, intersectionRect } = changes[changes.length - 1];
      if (intersectionRatio < 0.5 && intersectionRect.height < innerHeight / 2) {
        timer = void clearTimeout(timer);
      } else {
        // Scrolling within a tall block does not begin its second anew.
        timer ??= setTimeout(() => {
          observer.disconnect();
          report(entry);
        }, SEEN_MS);
      }
    }),
    plain({ threshold: SHARES }),
  );
  observer.observe(target(entry));
}

/** @param {Applied} entry */
function report(entry) {
  // Withdrawn, or taken out of the page again, within the second.
  if (!permits("statistics") || !applied.includes(entry)) return;
  const { id, slot, rule: named, variant, reason } = entry.decision_;
  // A fallback's decision names the rule that was passed over: nobody has seen that one.
  const rule = reason === "MATCH" || reason === "SPLIT" ? named : null;
  const detail = { slot, rule, variant };
  track("exposure", detail, id);
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
