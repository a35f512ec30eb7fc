// Every word is there in every language: equal keys, no key asked for that is missing.
import { describe, expect, it } from "vitest";
import { namespaceOf } from "../lib/i18n";

type Tree = { [key: string]: string | Tree };
const files = {
  ...import.meta.glob<Tree>("../messages/*.json", { eager: true, import: "default" }),
  ...import.meta.glob<Tree>("../../../rooms/*/ui/messages/*.json", { eager: true, import: "default" }),
};
const sources = {
  ...import.meta.glob<string>(["../**/*.{ts,tsx}", "!../**/*.test.{ts,tsx}"], { eager: true, query: "?raw", import: "default" }),
  ...import.meta.glob<string>(["../../../rooms/*/ui/**/*.{ts,tsx}", "!../../../rooms/*/ui/**/*.test.{ts,tsx}"], { eager: true, query: "?raw", import: "default" }),
};

function flat(tree: Tree, prefix = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === "string") found.set(prefix + key, value);
    else for (const [below, text] of flat(value, `${prefix}${key}.`)) found.set(below, text);
  }
  return found;
}

const all = new Map<string, Record<string, Map<string, string>>>();
for (const [path, tree] of Object.entries(files)) {
  const room = namespaceOf(path);
  const language = path.includes("zh-CN") ? "zh-CN" : "en";
  all.set(room, { ...all.get(room), [language]: flat(tree) });
}
const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)/g)].map((m) => m[1]).sort();

describe.each([...all.keys()])("messages of %s", (room) => {
  const chinese = all.get(room)?.["zh-CN"] ?? new Map<string, string>();
  const english = all.get(room)?.en ?? new Map<string, string>();

  it("have the same keys in both languages", () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort());
  });

  it("fill in the same values and are never empty", () => {
    for (const [key, text] of chinese) {
      expect(text.trim(), key).not.toBe("");
      expect(placeholders(english.get(key) ?? ""), key).toEqual(placeholders(text));
    }
  });

  it("use full-width punctuation in Chinese", () => {
    for (const [key, text] of chinese) expect(text, key).not.toMatch(/[\u4e00-\u9fff][,;:?!](?!\/)/);
  });

  it("hold every key the screens ask for", () => {
    const missing: string[] = [];
    for (const [path, source] of Object.entries(sources)) {
      if (namespaceOf(path) !== room) continue;
      const spaces = new Map([["t", room]]);
      for (const [, name, space] of source.matchAll(/const \{ t(?:: (\w+))?[^}]*\} = useTranslation\("([a-z_]+)"\)/g)) spaces.set(name ?? "t", space ?? room);
      for (const [name, space] of spaces) {
        for (const [, key] of source.matchAll(new RegExp(`(?<![\\w.])${name}\\("([\\w.]+)"`, "g"))) {
          if (key && !all.get(space)?.["zh-CN"]?.has(key)) missing.push(`${path}: ${space}:${key}`);
        }
        // `t(`state.${x}`)`: at least one key must begin like it.
        for (const [, prefix] of source.matchAll(new RegExp(`(?<![\\w.])${name}\\(\`([\\w.]+\\.)\\$\\{`, "g"))) {
          if (prefix && ![...(all.get(space)?.["zh-CN"]?.keys() ?? [])].some((key) => key.startsWith(prefix))) missing.push(`${path}: ${space}:${prefix}*`);
        }
      }
    }
    expect(missing).toEqual([]);
  });
});
