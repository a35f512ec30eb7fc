// Each number opens what was counted.
import { expect, test } from "vitest";
import { FIGURES } from "./api";
import { listOf } from "./lists";

const period = { from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z" };
const queryOf = (path: string) => Object.fromEntries(new URL(path, "http://centre").searchParams);

test("a number of a unit opens the unit's orders of the period", () => {
  const path = listOf("k22", "of", { ...period, line: { by: "unit", key: "un_7" } });
  expect(path).toMatch(/^\/work_orders\?/);
  expect(queryOf(path)).toEqual({ set: "on_time", unit: "un_7", ...period });
});

test("what no unit had is said", () => {
  expect(queryOf(listOf("k24", "out_of", { ...period, line: { by: "unit", key: null } }))).toMatchObject({ set: "dispatched", unit: "none" });
});

test("kept and due promises are told apart by step and clock", () => {
  expect(queryOf(listOf("k23_arrive", "of", period))).toMatchObject({ view: "kept", step: "arrive", clock: "customer" });
  expect(queryOf(listOf("k23_dispatch", "out_of", period))).toMatchObject({ view: "due", step: "dispatch", clock: "unit" });
});

test("every figure has two lists, and they differ", () => {
  for (const figure of FIGURES) expect(listOf(figure, "of", period)).not.toBe(listOf(figure, "out_of", period));
});
