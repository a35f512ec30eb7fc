// Reasons are set up: what is wrong is said beside the field, what is right is sent, and every screen has the new name.
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { startI18n } from "@lib/i18n";
import { ME, server, show } from "../../../web/src/test/page";
import { asCode, fault, NEW_REASON } from "./reasons";
import ReasonsPage from "./reasons-page";

const none = { minutes: null, spells: null, share_percent: null };
const REASONS = { short_break: { pause: true, minutes: 10, spells: 3, share_percent: 15 }, meal: { ...none, pause: true, minutes: 45 }, callback: { ...none, pause: false } };
const page = [{ path: "/", element: <ReasonsPage /> }];

describe("a reason", () => {
  it("is checked before it is sent", () => {
    const shown = (code: string, reason: object, taken: string[] = []) => fault(code, { ...NEW_REASON, ...reason }, taken).map((one) => `${one.field} ${one.why}`).join(", ");
    expect(shown("meal", {})).toBe("");
    expect(shown("", {})).toBe("code missing, zh missing");
    expect(shown("prayer", { zh: "礼拜", minutes: 0 })).toBe("minutes range");
    expect(shown("prayer", { zh: "礼拜", minutes: null, spells: 101, share_percent: 101 })).toBe("spells range, share_percent range");
    expect(shown("meal", { zh: "x" }, ["meal"])).toBe("code taken");
    expect(shown("missed", { zh: "x" }, ["meal"])).toBe("code taken");
    expect(asCode("Prayer time!")).toBe("prayer_time");
  });
});

describe("the page", () => {
  it("shows limits and changes one by keyboard", async () => {
    await startI18n();
    const asked = server({ "GET /api/me": { ...ME, permissions: ["calls.reasons"] }, "GET /api/calls/reasons": REASONS, "PUT /api/calls/reasons": { ...REASONS, meal: { ...REASONS.meal, zh: "午餐" } } });
    show(page, "/");
    const row = (await screen.findByRole("button", { name: "小休" })).closest("tr");
    expect(within(row as HTMLElement).getByText("10 分钟")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "用餐" }));
    const minutes = await screen.findByRole("spinbutton", { name: /每次时长/ });
    fireEvent.change(minutes, { target: { value: "0" } });
    expect(await screen.findByText("请填 1 到 600 之间的整数，不限请留空。")).toBeTruthy();
    fireEvent.change(minutes, { target: { value: "30" } });
    fireEvent.change(screen.getByLabelText("中文名称"), { target: { value: "午餐" } });
    fireEvent.click(screen.getByRole("button", { name: "保存" }));
    await waitFor(() => expect(asked.find((one) => one.method === "PUT")?.body).toEqual({ meal: { pause: true, minutes: 30, spells: null, share_percent: null, zh: "午餐" } }));
    expect(await screen.findByRole("button", { name: "午餐" })).toBeTruthy();
  });
});
