/** The tag. The edge answers tag.js with this code and, as `__tw`, with what it knows and decided. */

import { bare } from "./bare.js";
import { consented, install, installed } from "./api.js";
import { follow, offerReopen, stay } from "./banner.js";
import { emit, guard } from "./bus.js";
import { onChange } from "./dom.js";
import { flush, forget } from "./events.js";
import { watch } from "./exposure.js";
import { consent, identifying, onGrants, set } from "./grants.js";
import { base } from "./net.js";
import { applied, declare, scan } from "./slots.js";
import { count, start } from "./views.js";

function consentChanged() {
  if (!identifying()) forget();
  applied.forEach(watch);
  count();
  follow();
  emit("consent", consent);
  consented();
}

/** @param {import("./types.js").Boot} boot */
function run(boot) {
  declare(boot.slots, watch);
  set(boot.consent);
  onGrants(guard("consent", consentChanged));
  // First what the visitor waits for.
  start(boot);
  onChange(() => {
    scan();
    stay();
  });
  document.addEventListener("visibilitychange", () => document.hidden && flush());
  offerReopen(boot.reopen?.label);
  install();
  follow();
  emit("ready", { site: boot.site, consent: boot.consent });
}

guard("start", () => {
  if (base && !installed()) run(bare(__tw));
})();
