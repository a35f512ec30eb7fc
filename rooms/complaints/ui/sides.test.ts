// A call stands beside the order that should tell of it.
import { expect, it } from "vitest";
import type { Shown } from "./api";
import { isMissing, sides } from "./sides";

const call: Shown = { shown: "call", call: "ca_1", at: "2026-01-05T01:00:00Z", ended: null, agent: null, talk_s: 60, hints: [] };
const missing: Shown = { shown: "no_order", until: "2026-01-05T01:40:00Z" };
const order: Shown = { shown: "order", order: "wo_1", number: "20260105-0001", kind: "enquiry", at: "2026-01-05T01:10:00Z", by: null };

it("puts calls left and orders right", () => {
  expect(sides([order, call, missing])).toEqual({ left: [call], right: [order, missing] });
  expect([call, missing, order].map(isMissing)).toEqual([false, true, false]);
});
