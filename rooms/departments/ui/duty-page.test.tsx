// The duty page begins with a unit where nobody is, shows its gap, and greys what may not be done.
import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { startI18n } from "@lib/i18n";
import { ME, server, show } from "../../../web/src/test/page";
import DutyPage from "./duty-page";

const name = (id: string, text: string) => ({ id, parent: null, kind: "team", code: id, name: text, external: false, retired: false });
const stretch = (from: string, to: string) => ({ id: "du_1", unit: "un_2", person: "pe_1", duty: "first", from, to, phone: null, reason: null, version: 1 });
const week = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
const answers = {
  "GET /api/me": { ...ME, permissions: ["departments.read", "departments.roster"] },
  "GET /api/people/directory": [{ id: "pe_1", number: "5101", name: "丁大伟" }],
  "GET /api/departments/names": [name("un_1", "抢修一班"), name("un_2", "抢修二班")],
  "GET /api/departments/on_duty": [
    { unit: "un_1", nobody: false, on_duty: [{ person: "pe_1", duty: "first", phone: "<b>139</b>", until: week(1) }] },
    { unit: "un_2", nobody: true, on_duty: [] },
  ],
  "GET /api/departments/units/un_2": { ...name("un_2", "抢修二班"), members: [], duties_in_force: [], areas_in_force: [], on_duty: [], hears: { hears: "nobody", people: [] } },
  "GET /api/departments/roster": { stretches: [stretch(week(-1), week(1))], gaps: [{ from: week(-20), to: week(20) }], may_change: false },
  "GET /api/departments/feed": { made_at: null, used_at: null, path: null },
};

describe("who is on duty", () => {
  it("is told with telephones as texts, and where nobody is stands first", async () => {
    await startI18n();
    server(answers);
    show([{ path: "/", element: <DutyPage /> }], "/");
    expect(await screen.findByText("无人值班")).toBeTruthy();
    expect(screen.getByText("<b>139</b>")).toBeTruthy();
    const units = screen.getAllByRole("button", { name: /抢修.班/ }).map((button) => button.textContent);
    expect(units).toEqual(["抢修二班", "抢修一班"]);
  });

  it("shows the gaps of that unit's week, and what may not be changed is greyed", async () => {
    await startI18n();
    server(answers);
    show([{ path: "/", element: <DutyPage /> }], "/");
    expect(await screen.findByRole("button", { name: /主班 丁大伟/ })).toBeTruthy();
    expect((screen.getByRole("button", { name: /无人值班：/ }) as HTMLButtonElement).disabled).toBe(true);
    expect((screen.getByRole("button", { name: "安排值班" }) as HTMLButtonElement).disabled).toBe(true);
  });
});
