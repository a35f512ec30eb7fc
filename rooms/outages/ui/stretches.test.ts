import { describe, expect, test } from "vitest";
import type { Course } from "./api";
import { per100, selfServed, stretches } from "./stretches";

const point = (at: string, callers: number) => ({ at, callers, asked_person: 1, to_be_told: 0, hung_up: callers - 1 });
const course: Course = { from: "2026-01-05T00:00:00Z", to: "2026-01-05T00:20:00Z", step_s: 300, points: [point("2026-01-05T00:05:00Z", 4)], around: null };

describe("figures over time", () => {
  test("a stretch without callers is drawn as one", () => {
    expect(stretches(course).map(({ callers }) => callers)).toEqual([0, 4, 0, 0]);
  });
  test("a period of nothing ends", () => {
    expect(stretches({ ...course, to: "2036-01-05T00:00:00Z" }).length).toBe(500);
  });
  test("shares of nothing are none", () => {
    expect(per100({ calls: 0, asked_person: 0, self_served: 0 }, 0)).toBeNull();
    expect(selfServed({ calls: 0, asked_person: 0, self_served: 0 })).toBeNull();
    expect(per100({ calls: 40, asked_person: 30, self_served: 5 }, 1_200)).toBe(2.5);
    expect(selfServed({ calls: 40, asked_person: 30, self_served: 5 })).toBe(25);
  });
});
