// Reasons are found as agents type: by sound, by its beginnings, by code; the shorter way first.
import { describe, expect, it } from "vitest";
import type { Reason, Tree } from "./api";
import { fieldsOf, index, isClosable, needsOrder, path, pointsOf, search, sounds } from "./tree";

const reason = (code: string, parent: string | null, zh: string, pinyin: string, more: Partial<Reason> = {}): Reason => ({
  code,
  parent,
  title: { zh, en: `en ${code}` },
  pinyin,
  initials: pinyin
    .split(" ")
    .map((syllable) => syllable[0])
    .join(""),
  fields: [],
  points: [],
  closable: null,
  order: null,
  retired: false,
  ...more,
});
const field = (key: string, zh: string) => ({ key, title: { zh, en: "" }, kind: "text" as const, required: false, options: [] });
const point = (key: string) => ({ key, title: { zh: key, en: "" }, say: { zh: "", en: "" } });

const TREE: Tree = {
  version: 1,
  opening: [point("greet")],
  closing: [point("more")],
  reasons: [
    reason("G01", null, "停气", "ting qi", { fields: [field("address", "地址")], points: [point("range")] }),
    reason("G0101", "G01", "停气查询", "ting qi cha/zha xun"),
    reason("G010101", "G0101", "何时恢复", "he shi hui fu", { fields: [field("address", "小区")] }),
    reason("G010102", "G0101", "银行停气", "yin hang/xing ting qi", { retired: true }),
    reason("G02", null, "故障报修", "gu zhang bao xiu", { closable: false, order: true }),
    reason("G0201", "G02", "泄漏异味", "xie lou yi wei"),
    reason("G020101", "G0201", "室内闻到异味", "shi nei wen dao yi wei"),
    reason("G020102", "G0201", "指导使用", "zhi dao shi yong", { closable: true, order: false }),
  ],
};
const tree = index(TREE);
const codes = (query: string, used: string[] = []) => search(tree, query, used).map((found) => found.code);

describe("sounds", () => {
  it.each([
    ["tingqi", true],
    ["tq", true],
    ["tingq", true],
    ["tqcx", true],
    ["tingqichaxun", true],
    ["zhaxun", true],
    ["chaxun", true],
    ["tinqi", false],
    ["x", true],
    ["cq", false],
  ])("%s", (letters, fits) => expect(sounds(letters, "ting qi cha/zha xun")).toBe(fits));
});

it("finds reasons by Chinese, pinyin, initials and code", () => {
  expect(codes("恢复")).toEqual(["G010101"]);
  expect(codes("hshf")).toEqual(["G010101"]);
  expect(codes("huifu")).toEqual(["G010101"]);
  expect(codes("g020101")).toEqual(["G020101"]);
  expect(codes("yiwei")).toEqual(["G020101", "G020102"]);
  expect(codes("tingqi"), "what stands below it, but not what is retired").toEqual(["G010101"]);
  expect(codes("nothing")).toEqual([]);
});

it("puts what is used most first among equals", () => {
  expect(codes("guzhang")).toEqual(["G020101", "G020102"]);
  expect(codes("guzhang", ["G020102"])).toEqual(["G020102", "G020101"]);
});

it("inherits fields, points and what may be closed", () => {
  expect(path(tree, "G010101").map((above) => above.code)).toEqual(["G01", "G0101", "G010101"]);
  expect(fieldsOf(tree, "G010101").map((one) => one.title.zh)).toEqual(["小区"]);
  expect(pointsOf(tree, "G010101").map((one) => one.key)).toEqual(["greet", "range", "more"]);
  expect([isClosable(tree, "G010101"), isClosable(tree, "G020101"), isClosable(tree, "G020102"), isClosable(tree, null)]).toEqual([true, false, true, true]);
  expect([needsOrder(tree, "G020101"), needsOrder(tree, "G020102"), needsOrder(tree, "G010101")]).toEqual([true, false, false]);
});
