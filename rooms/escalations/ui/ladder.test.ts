import { expect, test } from "vitest";
import type { Escalation, Turn } from "./api";
import { ladder, running } from "./ladder";

const turn = (rung: Turn["rung"], person: string | null, end: Turn["end"]): Turn => ({ rung, visit: 1, person, from: "2026-01-05T00:00:00Z", until: "2026-01-05T00:05:00Z", told: [], end });
const looks = (rung: Escalation["rung"], state: Escalation["state"], turns: Turn[]) => ladder({ rung, state, turns }).map((step) => step.look);

test("each step says what it has seen", () => {
  expect(looks("team_leader", "waiting", [turn("team_leader", "pe_1", null)])).toEqual(["now", "ahead", "ahead", "ahead"]);
  expect(looks("department_head", "waiting", [turn("team_leader", "pe_1", "lapsed"), turn("floor_supervisor", null, "nobody"), turn("department_head", "pe_3", null)])).toEqual(["passed", "empty", "now", "ahead"]);
  expect(looks("duty_officer", "acknowledged", [turn("duty_officer", "pe_4", "heard")])).toEqual(["below", "below", "below", "held"]);
  expect(looks("floor_supervisor", "unheard", [turn("floor_supervisor", "pe_2", "lapsed")])).toEqual(["below", "passed", "ahead", "ahead"]);
  expect(looks("team_leader", "closed", [turn("team_leader", "pe_1", "heard")])).toEqual(["over", "ahead", "ahead", "ahead"]);
});

test("a turn that is over does not run", () => {
  expect(running({ turns: [turn("team_leader", "pe_1", "lapsed")] })).toBeUndefined();
  expect(running({ turns: [turn("team_leader", "pe_1", "lapsed"), turn("team_leader", "pe_2", null)] })?.person).toBe("pe_2");
});
