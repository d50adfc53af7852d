/** What the tag tells the page: DOM events on `document`, and the same in `dataLayer`. */

/**
 * Announce something. What a listener of the page throws must not stop the tag.
 * @param {"ready" | "decision" | "exposure" | "consent" | "error"} name
 * @param {object} detail
 */
export function emit(name, detail) {
  try {
    document.dispatchEvent(new CustomEvent("tagwerk:" + name, { detail }));
    // Only where the page has one: making it would switch other scripts on.
    window.dataLayer?.push({ event: "tagwerk." + name, ...detail });
  } catch {
    // Nobody is left to tell.
  }
}

/**
 * Report what went wrong, without touching the console.
 * @param {string} during
 * @param {unknown} error
 */
export function fail(during, error) {
  emit("error", { during, message: String(/** @type {Error} */ (error)?.message ?? error) });
}

/**
 * The same function, but what it throws or rejects with becomes a `tagwerk:error`.
 * Every entry point (listener, timer, observer, API call) goes through here.
 * @template {unknown[]} A
 * @template R
 * @param {string} during
 * @param {(...args: A) => R} run
 * @returns {(...args: A) => R | undefined}
 */
export function guard(during, run) {
  return (...args) => {
    try {
      const result = run(...args);
      if (!(result instanceof Promise)) return result;
      return /** @type {R} */ (result.catch((error) => fail(during, error)));
    } catch (error) {
      fail(during, error);
      return undefined;
    }
  };
}
