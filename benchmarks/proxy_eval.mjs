// Decides visits with GrowthBook's remote evaluation. usage: node proxy_eval.mjs FILE SECONDS
// FILE: {payload, visits: [attributes]}, parsed once. Prints {winners: [{slot: rule}], times: [microseconds]}:
// the winners of each visit once, then the times of as many rounds as fit, the first one to warm up.
import { readFileSync } from "node:fs";
import { evaluateFeatures } from "@growthbook/proxy-eval";

const [file, seconds] = process.argv.slice(2);
const { payload, visits } = JSON.parse(readFileSync(file, "utf8"));

const winners = [];
for (const attributes of visits) {
  const { features } = await evaluateFeatures({ payload, attributes });
  winners.push(Object.fromEntries(Object.entries(features).map(([slot, it]) => [slot, it.defaultValue])));
}
const times = [];
const end = performance.now() + Number(seconds) * 1000;
do {
  for (const attributes of visits) {
    const start = performance.now();
    await evaluateFeatures({ payload, attributes });
    times.push((performance.now() - start) * 1000);
  }
} while (performance.now() < end);
console.log(JSON.stringify({ winners, times }));
