// What an act still lacks, and what is sent.
import { expect, it } from "vitest";
import { actOf, beginning, exhibitOf, isReady } from "./asks";

const of = { level: "important", unit: "un_2", misdirected: false } as const;

it("proposes the level as it stands, and the unit unless it is the one complained about", () => {
  expect(beginning("set_level", of)).toEqual({ level: "important", why: null });
  expect(beginning("reassign", of).unit).toBe("un_2");
  expect(beginning("reassign", { ...of, misdirected: true }).unit).toBeNull();
});

it("asks for somebody to be named, and for words that say something", () => {
  expect(isReady("accept", {})).toBe(true);
  expect(isReady("involve", { persons: [], units: [], why: "客户指名抢修班" })).toBe(false);
  expect(isReady("involve", { persons: [], units: ["un_1"], why: "客户指名抢修班" })).toBe(true);
  expect(isReady("investigate", { verdict: "partly", words: "部分属实" })).toBe(false);
  expect(isReady("review", { agrees: "yes", words: "同意" })).toBe(true);
  expect(isReady("review", { agrees: "no", words: "不同意" })).toBe(false);
});

it("tells a call from a file from words", () => {
  expect(exhibitOf("ca_1f3k9m2c8x4q")).toEqual({ what: "call", call: "ca_1f3k9m2c8x4q" });
  expect(exhibitOf("at_1f3k9m2c8x4q")).toEqual({ what: "file", attachment: "at_1f3k9m2c8x4q" });
  expect(exhibitOf("现场照片已核对")).toEqual({ what: "words", text: "现场照片已核对" });
  expect(exhibitOf("无")).toBeNull();
});

it("sends what was answered", () => {
  expect(actOf("review", { agrees: "no", words: " 证据不足，请再核实 " })).toEqual({ act: "review", agrees: false, words: "证据不足，请再核实" });
  expect(actOf("add_evidence", { exhibit: "ca_1f3k9m2c8x4q" })).toEqual({ act: "add_evidence", exhibit: { what: "call", call: "ca_1f3k9m2c8x4q" } });
});
