// What stands in the chart.
import { expect, test } from "vitest";
import { OUTCOMES } from "./api";
import { stacks } from "./stacks";

test("one row for each outcome, in their order, with nothing where nothing was", () => {
  const bars = [
    { at: "2026-01-05T01:00:00Z", outcome: "busy" as const, count: 2 },
    { at: "2026-01-05T00:00:00Z", outcome: "reached" as const, count: 5 },
    { at: "2026-01-05T01:00:00Z", outcome: "reached" as const, count: 1 },
  ];
  expect(stacks(bars, OUTCOMES)).toEqual({
    at: ["2026-01-05T00:00:00Z", "2026-01-05T01:00:00Z"],
    rows: [
      { outcome: "reached", counts: [5, 1] },
      { outcome: "busy", counts: [0, 2] },
    ],
  });
});
