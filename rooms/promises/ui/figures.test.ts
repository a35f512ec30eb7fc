// Rates and sums of promises: what is still open counts against, what was withdrawn not at all, no base is no rate.
import { describe, expect, it } from "vitest";
import type { Count } from "./api";
import { keptBy, loads, nearness, rate, total } from "./figures";

const count = (unit: string | null, step: Count["step"], kept: number, broken: number, overdue = 0, withdrawn = 0, clock: Count["clock"] = "unit"): Count => ({ unit, area: unit === "un_1" ? "青岚区" : "", kind: "fault", step, clock, kept, broken, overdue, withdrawn });

describe("what was kept", () => {
  const rows = [count("un_1", "arrive", 8, 1, 1, 5), count("un_1", "take", 10, 0), count("un_2", "arrive", 1, 1), count("un_3", "arrive", 0, 0, 0, 3), count("un_2", "arrive", 0, 9, 0, 0, "customer")];
  it("is summed by unit, the worst first, what was never due last", () => {
    expect(keptBy(rows, "unit", "unit").map(({ key, kept, rate }) => [key, kept, rate])).toEqual([["un_2", 1, 0.5], ["un_1", 18, 0.9], ["un_3", 0, null]]);
  });
  it("is summed by area, what has none by itself", () => {
    expect(keptBy(rows, "area", "unit").map(({ key, rate }) => [key, rate])).toEqual([["", 0.5], ["青岚区", 0.9]]);
  });
  it("is summed by step", () => {
    expect(keptBy(rows, "step", "unit").map(({ key, rate }) => [key, rate])).toEqual([["arrive", 0.75], ["take", 1]]);
    expect(total(keptBy(rows, "step", "unit"))).toMatchObject({ kept: 19, broken: 2, overdue: 1, withdrawn: 8, rate: 19 / 22 });
  });
  it("has no rate without a base", () => {
    expect(rate({ kept: 0, broken: 0, overdue: 0 })).toBeNull();
    expect(rate({ kept: 0, broken: 0, overdue: 2 })).toBe(0);
  });
});

it("shows first who has most overdue, then who soon will", () => {
  const row = { clock: "unit" as const, calm: 1, yellow: 0, orange: 0, overdue: 0 };
  const found = loads([{ ...row, unit: "calm", calm: 90 }, { ...row, unit: "soon", orange: 2 }, { ...row, unit: "late", overdue: 1 }, { ...row, unit: null, calm: 0 }, { ...row, unit: "other", clock: "customer", overdue: 9 }], "unit");
  expect(found.map(({ unit, all }) => [unit, all])).toEqual([["late", 2], ["soon", 3], ["calm", 90]]);
});

it("is as near to breaking as the server's own marks say", () => {
  const line = { yellow: "2026-01-05T08:30:00Z", orange: "2026-01-05T08:48:00Z", due: "2026-01-05T09:00:00Z" };
  expect(["08:29", "08:30", "08:48", "09:00"].map((time) => nearness(line, Date.parse(`2026-01-05T${time}:00Z`)))).toEqual(["calm", "yellow", "orange", "overdue"]);
});
