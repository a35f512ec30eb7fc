// After a build: what the first page loads, and each lazy part, as sent (brotli). Fails when a budget is broken.
import { readdirSync, readFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";

const FIRST_KB = 450;
const LAZY_KB = 200;
const dist = new URL("../dist/", import.meta.url);
const html = readFileSync(new URL("index.html", dist), "utf8");
const first = new Set([...html.matchAll(/\/assets\/([\w.-]+\.js)/g)].map((m) => m[1]));
const small = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }).length / 1024;
const files = readdirSync(new URL("assets/", dist))
  .filter((name) => name.endsWith(".js") || name.endsWith(".css"))
  .map((name) => ({ name, kb: small(readFileSync(new URL(`assets/${name}`, dist))), first: first.has(name) }))
  .sort((a, b) => b.kb - a.kb);
const total = files.filter((f) => f.first).reduce((sum, f) => sum + f.kb, 0);
console.log(`first load: ${total.toFixed(0)} of ${FIRST_KB} KB script (brotli)`);
for (const f of files.filter((f) => f.first || f.kb > 8)) console.log(`  ${f.kb.toFixed(1).padStart(7)} KB ${f.first ? "first" : "lazy "} ${f.name}`);
const heavy = files.filter((f) => !f.first && f.name.endsWith(".js") && f.kb > LAZY_KB);
if (total > FIRST_KB || heavy.length > 0) {
  console.error(`over budget: split a page or drop a dependency${heavy.map((f) => ` (${f.name})`).join("")}`);
  process.exit(1);
}
