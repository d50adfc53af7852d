/** Calls to the edge. Its address is where this script came from. */

import { bare, plain } from "./bare.js";
import { fail } from "./bus.js";
import { TIMEOUT_MS } from "./limits.js";

// An <img name="currentScript"> in the page would stand in for the script: check what it is.
const script = document.currentScript instanceof HTMLScriptElement ? document.currentScript : null;

/** The edge's address for this site, ending in "/"; empty when the tag was not loaded by a script. */
export const base = script?.src ? new URL(".", script.src).href : "";

/** The script's CSP nonce, for elements that the tag makes. The attribute reads empty: only the property has it. */
export const nonce = script?.nonce || "";

/**
 * One request; rejects only when no answer came in time.
 * @param {string} path
 * @param {object} [body] makes it a POST
 * @param {boolean} [keepalive] let it outlive the page
 * @returns {Promise<[Response, any]>} with the parsed JSON without prototypes, or null
 */
export async function call(path, body, keepalive = false) {
  const response = await fetch(
    base + path,
    plain({
      method: body && "POST",
      headers: body && { "content-type": "application/json" },
      body: body && JSON.stringify(body),
      // On the page's own host the same as "same-origin".
      credentials: /** @type {const} */ ("include"),
      keepalive,
      // Safari before 16 has no such signal: a hung call then ends when the browser ends it.
      signal: AbortSignal.timeout?.(TIMEOUT_MS),
    }),
  );
  return [response, bare(JSON.parse((await response.text()) || "null"))];
}

/**
 * One request for data. Never rejects: without a good answer it is undefined, and reported.
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<any>}
 */
export async function ask(path, body) {
  try {
    const [response, data] = await call(path, body);
    if (!response.ok) throw data?.detail ?? response.status;
    return data;
  } catch (error) {
    fail(path, error);
  }
}
