// The card at the desk: who it is, the choice among several by keyboard, and texts that stay texts whatever they look like.
import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { queries } from "@lib/api";
import { DESK, useDeskNow, type Desk } from "@lib/desk";
import { startI18n } from "@lib/i18n";
import { ME, server, show } from "../../../web/src/test/page";
import DeskCard from "./desk-card";

const NAUGHTY = '<script>alert("x")</script>';
const customer = {
  id: "cu_1", kind: "person", name: NAUGHTY, masked: false, contacts: [{ id: "ct_1", number: "15400000001", label: "", preferred: true, source: "entered", verified: null }],
  accounts: [{ id: "ac_1", number: "3300000001", utility: "gas", class: "residential", address: "青岚区松涛路10号", parts: null, premises: "pm_1", opened_year: null, closed_at: null, meters: [] }],
  flags: [{ flag: "elderly", reason: "独居", since: "2026-01-05T00:00:00Z", set_by: null }],
  created_at: "2026-01-05T00:00:00Z", changed_at: "2026-01-05T00:00:00Z", archived: null, merged_into: null, version: 1, allowed: ["change"],
};
const card = { match: "one", own: true, number: "15400000001", number_known: true, customer, choices: [], last_contact: null };
const row = (id: string, name: string) => ({ id, kind: "person", name, number: null, account: "33", class: "residential", address: null, more_accounts: 0, flags: [], archived: false });
const me = { ...ME, permissions: ["customers.read", "customers.change"] };
const page = [{ path: "/", element: <DeskCard call="ca_1" number="15400000001" state="talking" /> }];

describe("the customer at the desk", () => {
  it("shows who it is, and a text is a text", async () => {
    await startI18n();
    server({ "GET /api/me": me, "GET /api/customers/calls/ca_1": card });
    show(page, "/");
    expect((await screen.findByText(NAUGHTY)).tagName).toBe("A");
    expect(document.querySelector("script")).toBeNull();
    expect(screen.getByText("独居老人")).toBeTruthy();
  });

  it("is confirmed, and the number is kept", async () => {
    await startI18n();
    const asked = server({ "GET /api/me": me, "GET /api/customers/calls/ca_1": { ...card, number_known: false }, "PUT /api/customers/calls/ca_1": { ...card, match: "confirmed" } });
    show(page, "/");
    fireEvent.click(await screen.findByRole("button", { name: /确认并记住号码/ }));
    await waitFor(() => expect(asked.find((one) => one.method === "PUT")?.body).toEqual({ customer: "cu_1", learn: true }));
  });

  it("is asked for anew when the call of a colleague has become one's own", async () => {
    await startI18n();
    let name = "王*";
    server({ "GET /api/me": me, "GET /api/customers/calls/ca_1": () => ({ ...card, own: name === "王芳", customer: { ...customer, name } }) });
    const AtDesk = () => (useDeskNow() ? <DeskCard call="ca_1" number="" state="talking" /> : null);
    show([{ path: "/", element: <AtDesk /> }], "/");
    const asker = (asker: string | null) => act(() => void queries.setQueryData(DESK.queryKey, { desk: { desk: { state: "talking" }, call: "ca_1", asker, allowed: [] as string[] } } as Desk));
    asker("pe_2");
    await screen.findByText("王*");
    name = "王芳";
    asker(null);
    await screen.findByText("王芳");
  });

  it("offers several, taken by their number", async () => {
    await startI18n();
    const several = { ...card, match: "several", customer: null, choices: [row("cu_1", "王芳"), row("cu_2", "王兰")] };
    const asked = server({ "GET /api/me": me, "GET /api/customers/calls/ca_1": several, "PUT /api/customers/calls/ca_1": card });
    show(page, "/");
    fireEvent.keyDown(await screen.findByRole("group", { name: "选择来电客户" }), { key: "2" });
    await waitFor(() => expect(asked.find((one) => one.method === "PUT")?.body).toEqual({ customer: "cu_2", learn: true }));
  });
});
