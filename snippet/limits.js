/**
 * Every number that bounds the tag. In a file without imports, which esbuild writes into the code as numbers.
 */

/** A hung edge must not keep anything waiting longer than this. */
export const TIMEOUT_MS = 2000;

/** A navigation that follows another so soon waits until the address has been the same for so long. */
export const STILL_MS = 200;

/** Events are gathered for so long before they are sent. */
export const GATHER_MS = 200;

/** Events in a batch. */
export const BATCH = 50;

/** Characters of JSON in a batch: in any script below the 64 KB that outlive the page and that the edge takes. */
export const LARGEST = 20_000;

/** Events that a long outage may pile up; the oldest go first. */
export const KEPT = 200;

/** A batch is given up after so many tries. */
export const TRIES = 5;

export const LONGEST_WAIT_MS = 30_000;

/** After so many renderings in a second that undo ours, the slot is left to the page. */
export const FIGHTS = 3;

/** How often in a second the banner and the control are put back when the page's own code removes them. */
export const RETURNS = 5;

/** How long a block is in sight before it counts as seen. */
export const SEEN_MS = 1000;
