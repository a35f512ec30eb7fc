// What the rooms' Rust code can say no to, and allow, has words on the screen: read from their sources.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

// Vitest runs in web/.
const ROOMS = join(process.cwd(), "..", "rooms");
const messages = (room: string) => JSON.parse(readFileSync(join(ROOMS, room, "ui/messages/zh-CN.json"), "utf8")) as Record<string, Record<string, string> | undefined>;
const hasScreens = (room: string) => {
  try {
    return statSync(join(ROOMS, room, "ui/messages")).isDirectory();
  } catch {
    return false;
  }
};
const rooms = readdirSync(ROOMS).filter(hasScreens);

function rust(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".rs") && !name.endsWith("tests.rs"))
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("\n");
}
const snake = (name: string) => name.replace(/(?<!^)([A-Z])/g, "_$1").toLowerCase();

/** The variants of `pub enum Refusal`, as their codes. */
export function refusals(source: string): string[] {
  const body = /pub enum Refusal \{\n([\s\S]*?)\n\}/.exec(source)?.[1] ?? "";
  return [...body.matchAll(/^ {4}([A-Z]\w*)/gm)].map((match) => snake(match[1] ?? ""));
}

describe.each(rooms)("%s", (room) => {
  const source = rust(join(ROOMS, room, "src"));
  const words = messages(room);

  it("has a sentence for every refusal", () => {
    expect(refusals(source).filter((code) => !words.refusal?.[code])).toEqual([]);
  });

  it("names every permission", () => {
    const verbs = [...source.matchAll(/Permission::new\(\s*"(\w+)\.(\w+)"/g)].filter((match) => match[1] === room).map((match) => match[2] ?? "");
    expect(verbs.filter((verb) => !words.permission?.[verb])).toEqual([]);
  });
});

it("reads the codes of an enum", () => {
  expect(refusals("pub enum Refusal {\n    #[error(\"x\")]\n    WrongPassword,\n    LockedOut { until: Timestamp },\n    BadPrompt {\n        why: Bad,\n    },\n}\n")).toEqual(["wrong_password", "locked_out", "bad_prompt"]);
});
