// Which rows of a table can be taken, and what is said of the others.
import { describe, expect, it } from "vitest";
import type { Line } from "./api";
import { tryable, verdict } from "./import";

const line = (row: number, change: Partial<Line> = {}): Line => ({ row, number: "5101", unit: "un_1", unit_text: "QX1", duty: "first", from: "2026-01-05T00:00:00Z", to: "2026-01-05T12:00:00Z", phone: null, trouble: null, ...change });
const person = (number: string) => (number === "5101" ? "pe_1" : undefined);

describe("a table with a roster", () => {
  it("tries the rows that say who, where and when", () => {
    const rows = [line(2), line(3, { number: "9999" }), line(4, { trouble: "from", from: null }), line(5, { unit: null, trouble: "unit" })];
    expect(tryable(rows, person).map(({ row, duty }) => [row, duty.person])).toEqual([[2, "pe_1"]]);
  });
  it("says what is wrong with a row", () => {
    const tried = { taken: 1, left_out: [{ row: 3, why: { code: "too_long", hours: 168 } }] };
    expect(verdict(line(2), person, tried)).toEqual({ fits: true });
    expect(verdict(line(3), person, tried)).toEqual({ fits: false, code: "too_long", params: { hours: 168 } });
    expect(verdict(line(2, { number: "9999" }), person, tried)).toEqual({ fits: false, column: "number" });
    expect(verdict(line(2, { trouble: "to" }), person, null)).toEqual({ fits: false, column: "to" });
  });
});
