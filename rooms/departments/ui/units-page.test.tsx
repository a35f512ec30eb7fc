// The organisation's page shows texts as texts, teaches where there is nothing, and offers what the server allows.
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { startI18n } from "@lib/i18n";
import { ME, server, show } from "../../../web/src/test/page";
import UnitsPage from "./units-page";

const NAUGHTY = "<img src=x onerror=alert(1)>";
const unit = (id: string, parent: string | null, name: string, allowed: string[] = []) => ({ id, parent, kind: parent ? "department" : "branch", code: id, name, external: false, duties: ["leak"], areas: [], phone: null, retired_at: null, version: 1, people: 1, leaders: 0, allowed });
const whole = { ...unit("un_2", "un_1", NAUGHTY, ["retire"]), duties_in_force: ["leak", NAUGHTY], areas_in_force: [], members: [{ person: "pe_1", post: "handler", phone: NAUGHTY, since: "2026-01-05T00:00:00Z" }], on_duty: [], hears: { hears: "above", people: ["pe_1"] } };
const me = { ...ME, permissions: ["departments.read", "departments.configure"] };
const people = [{ id: "pe_1", number: "4101", name: "梁栋" }];
const page = [{ path: "/", element: <UnitsPage /> }];
const answers = { "GET /api/me": me, "GET /api/departments/units": [unit("un_1", null, "铜官燃气"), unit("un_2", "un_1", NAUGHTY, ["retire"])], "GET /api/departments/units/un_2": whole, "GET /api/people/directory": people };

describe("the organisation", () => {
  it("teaches the first step", async () => {
    await startI18n();
    server({ ...answers, "GET /api/departments/units": [] });
    show(page, "/");
    expect(await screen.findByText("还没有组织")).toBeTruthy();
    expect((await screen.findAllByRole("button", { name: /新建单位/ })).length).toBeGreaterThan(0);
  });

  it("shows names, telephones and words as texts, and that nobody leads", async () => {
    await startI18n();
    server(answers);
    show(page, "/?unit=un_2");
    expect(await screen.findByText("4101 梁栋")).toBeTruthy();
    expect((await screen.findAllByText(NAUGHTY)).length).toBeGreaterThan(2);
    expect(document.querySelector("img, [onerror]")).toBeNull();
    expect(screen.getByText(/没有负责人/)).toBeTruthy();
    expect(screen.getByText("泄漏抢险")).toBeTruthy();
  });

  it("retires a unit only after saying what that means", async () => {
    await startI18n();
    const asked = server({ ...answers, "POST /api/departments/units/un_2/act": unit("un_2", "un_1", NAUGHTY) });
    show(page, "/?unit=un_2");
    fireEvent.click(await screen.findByRole("button", { name: "停用" }));
    expect(await screen.findByText(/停用后不再推荐/)).toBeTruthy();
    const buttons = screen.getAllByRole("button", { name: "停用" });
    fireEvent.click(buttons[buttons.length - 1]!);
    await waitFor(() => expect(asked.find((one) => one.method === "POST")?.body).toEqual({ act: "retire", version: 1 }));
  });
});
