// Times as they are written on a telephone.
import { expect, it } from "vitest";
import { scaled } from "./image";
import { sample } from "./sample";
import { expectedBy, fitted, fromInput, leftOf, toInput } from "./time";

it("writes and reads the telephone's own time to the minute", () => {
  const at = new Date(2026, 10, 22, 9, 5, 41).getTime();
  expect(toInput(at)).toBe("2026-11-22T09:05");
  expect(fromInput(toInput(at))).toBe(new Date(2026, 10, 22, 9, 5).getTime());
  expect(fromInput("")).toBeNull();
});

it.each([
  ["in the minute in which one left", 60_000, 75_000, 500_000, 75_000],
  ["long before one left", 60_000, 175_000, 500_000, 60_000],
  ["in the present minute", 500_000, null, 480_000, 480_000],
  ["in the future", 900_000, null, 480_000, 900_000],
  ["between", 300_000, 60_000, 480_000, 300_000],
])("%s", (_, written, least, most, wanted) => expect(fitted(written, least, most)).toBe(wanted));

it.each([
  ["2026-11-22T08:10:00Z", "calm", 50],
  ["2026-11-22T08:52:00Z", "near", 8],
  ["2026-11-22T09:03:00Z", "over", -3],
])("at %s it is %s", (now, nearness, minutes) => {
  const found = leftOf("2026-11-22T08:00:00Z", "2026-11-22T09:00:00Z", Date.parse(now));
  expect([found.nearness, found.left / 60_000]).toEqual([nearness, minutes]);
});

it("never enlarges a photo, and keeps its shape", () => {
  expect(scaled(4000, 3000)).toEqual({ width: 1600, height: 1200 });
  expect(scaled(3000, 4000)).toEqual({ width: 1200, height: 1600 });
  expect(scaled(800, 600)).toEqual({ width: 800, height: 600 });
});

it("knows until when the customer expects it to be over", () => {
  const clock = (step: string, of: string, due: string, standing: "running" | "kept" = "running") => ({ step, clock: of, since: "2026-11-22T07:00:00Z", due: `2026-11-22T${due}:00Z`, standing });
  const clocks = [clock("arrive", "customer", "07:30", "kept"), clock("finish", "unit", "09:00"), clock("finish", "customer", "10:00"), clock("finish", "customer", "11:00"), clock("finish", "customer", "08:00", "kept")];
  expect(expectedBy(sample({ clocks }))).toBe(Date.parse("2026-11-22T10:00:00Z"));
  expect(expectedBy(sample())).toBeNull();
});
