// Where the bars of a week stand.
import { describe, expect, it } from "vitest";
import { bars, lanes, later, monday } from "./week";

const at = (day: number, hour = 0) => new Date(2026, 0, day, hour).getTime();
const span = (from: number, to: number) => ({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });
const show = (...spans: { from: string; to: string }[]) => bars(spans, at(5), at(12)).map(({ left, width, lane }) => `${(left * 14).toFixed(1)}+${(width * 14).toFixed(1)}@${lane}`).join(" ");

describe("a week of the roster", () => {
  it("has fourteen halves of days", () => {
    expect(show(span(at(5, 0), at(5, 12)), span(at(11, 12), at(12, 0)))).toBe("0.0+1.0@0 13.0+1.0@0");
  });
  it("cuts what reaches beyond it, and leaves out what does not touch it", () => {
    expect(show(span(at(4, 12), at(5, 12)), span(at(11, 12), at(13, 0)), span(at(3), at(5)), span(at(12), at(13)))).toBe("0.0+1.0@0 13.0+1.0@0");
  });
  it("gives those that meet lanes of their own", () => {
    const met = bars([span(at(5), at(6)), span(at(5, 12), at(6, 12)), span(at(6), at(7))], at(5), at(12));
    expect(met.map(({ lane }) => lane)).toEqual([0, 1, 0]);
    expect(lanes(met)).toBe(2);
    expect(lanes([])).toBe(1);
  });
  it("begins on Monday", () => {
    for (const day of [5, 7, 11]) expect(monday(at(day, 13))).toBe(at(5));
    expect(monday(at(12))).toBe(at(12));
    expect(later(at(5), 7)).toBe(at(12));
  });
});
