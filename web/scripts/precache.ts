// Writes the field's service worker (src/worker/sw.js) into the build: which files make up the pages that open without a network.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin, Rolldown } from "vite";

/** Beside what every page loads at once. */
const PAGES = /\/rooms\/work_orders\/ui\/field\//;
const WORDS = /\/messages\/en\.json$/;
const PUBLIC = ["theme.js", "icon.svg", "field.webmanifest"];

type Bundle = Rolldown.OutputBundle;

/** The entry, the field's lazy pages and the words of the other language, with everything these import and their styles. */
export function filesOf(bundle: Bundle): string[] {
  const found = new Set<string>();
  const take = (name: string): void => {
    if (found.has(name)) return;
    const chunk = bundle[name];
    if (chunk?.type !== "chunk") return;
    found.add(name);
    for (const css of chunk.viteMetadata?.importedCss ?? []) found.add(css);
    for (const more of chunk.viteMetadata?.importedAssets ?? []) found.add(more);
    chunk.imports.forEach(take);
  };
  for (const [name, part] of Object.entries(bundle)) {
    if (part.type !== "chunk") continue;
    const facade = part.facadeModuleId ?? "";
    if (part.isEntry || (part.isDynamicEntry && (PAGES.test(facade) || WORDS.test(facade)))) take(name);
  }
  return [...found].sort().map((name) => `/${name}`);
}

export function precache(root: string): Plugin {
  return {
    name: "precache",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const page = bundle["index.html"];
        const html = page?.type === "asset" ? page.source : "";
        const given = PUBLIC.map((name) => readFileSync(join(root, "public", name)));
        const files = ["/field", ...PUBLIC.map((name) => `/${name}`), ...filesOf(bundle)];
        const hash = createHash("sha256").update(files.join("\n")).update(html);
        for (const bytes of given) hash.update(bytes);
        const worker = readFileSync(join(root, "src/worker/sw.js"), "utf8");
        hash.update(worker);
        const source = worker.replace('["__FILES__"]', JSON.stringify(files)).replace("__VERSION__", hash.digest("hex").slice(0, 12));
        this.emitFile({ type: "asset", fileName: "sw.js", source });
      },
    },
  };
}
