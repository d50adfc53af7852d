/**
 * Builds static/ from snippet/: the tag and the banner's style sheet, minified, and measures them.
 * `--check` builds nothing and fails where static/ is not what the source builds.
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";

/** Bytes, gzip. The banner's budget is for style sheet and markup together; this is the sheet's part. */
const BUDGETS = { "tag.js": 5000, "banner.css": 4000 };

const source = (name) => fileURLToPath(new URL(name, import.meta.url));
const target = (name) => fileURLToPath(new URL(`../static/${name}`, import.meta.url));

/** Style sheets that the tag carries as text are minified too. */
const cssText = {
  name: "css-text",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => ({ contents: await minifyCss(path), loader: "text" }));
  },
};

async function minifyCss(path) {
  const { code } = await transform(readFileSync(path, "utf8"), {
    loader: "css",
    minify: true,
    target: "es2020",
  });
  return code.trim();
}

async function buildTag() {
  const { outputFiles } = await build({
    entryPoints: [source("main.js")],
    bundle: true,
    minify: true,
    write: false,
    // The edge wraps the code in a function of its own.
    format: "esm",
    target: "es2021",
    legalComments: "none",
    // A name that ends so is ours alone: on no wire, and no browser's.
    mangleProps: /_$/,
    plugins: [cssText],
  });
  return outputFiles[0].text;
}

function stale(built) {
  return Object.entries(built)
    .filter(([name, text]) => readOr(target(name), null) !== text)
    .map(([name]) => name);
}

function readOr(path, otherwise) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return otherwise;
    throw error;
  }
}

function measure(built) {
  let good = true;
  for (const [name, text] of Object.entries(built)) {
    const size = gzipSync(text, { level: 9 }).length;
    const within = size <= BUDGETS[name];
    good &&= within;
    console.log(`${name} ${size} of ${BUDGETS[name]} bytes gzip${within ? "" : ": too large"}`);
  }
  return good;
}

const built = { "tag.js": await buildTag(), "banner.css": `${await minifyCss(source("banner.css"))}\n` };
let good = measure(built);
if (process.argv.includes("--check")) {
  for (const name of stale(built)) {
    good = false;
    console.error(`static/${name} is not what snippet/ builds: run \`make build-tag\` and commit it`);
  }
} else {
  mkdirSync(target(""), { recursive: true });
  for (const [name, text] of Object.entries(built)) writeFileSync(target(name), text);
}
process.exitCode = good ? 0 : 1;
