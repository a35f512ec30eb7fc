// Lists and the page of a customer show texts as texts, whatever they look like; closing an account asks by its consequence.
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { startI18n } from "@lib/i18n";
import { ME, server, show } from "../../../web/src/test/page";
import CustomerPage from "./customer-page";
import CustomersPage from "./customers-page";

const NAUGHTY = ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "=cmd|' /C calc'!A0", "javascript:alert(1)", "\u202etest", "{{constructor.constructor('alert(1)')()}}", "$t(refusal.bad_file)"];
const ACCOUNT = { id: "ac_1", number: "3300000001", utility: "gas", class: "residential", address: NAUGHTY[1], parts: null, premises: "pm_1", opened_year: null, closed_at: null, meters: [] };
const WHOLE = {
  id: "cu_1", kind: "person", name: NAUGHTY[0], masked: false, contacts: [{ id: "ct_1", number: "15400000001", label: NAUGHTY[3], preferred: true, source: "entered", verified: null }],
  accounts: [ACCOUNT], flags: [{ flag: "danger", reason: NAUGHTY[2], since: "2026-01-05T00:00:00Z", set_by: null }], created_at: "2026-01-05T00:00:00Z", changed_at: "2026-01-05T00:00:00Z",
  archived: null, merged_into: null, version: 1, allowed: ["change"], notes: NAUGHTY.map((text) => ({ at: "2026-01-05T00:00:00Z", who: null, text })), moves: [], supply: [],
  history: [{ at: "2026-01-05T00:00:00Z", who: null, kind: "flag_set", payload: { reason: NAUGHTY[1] } }],
};
const me = { ...ME, permissions: ["customers.read", "customers.change", "customers.export"] };

describe("texts that break programs", () => {
  it("are texts in the list", async () => {
    await startI18n();
    const items = NAUGHTY.map((name, at) => ({ id: `cu_${at}`, kind: "organisation", name, number: null, account: "33", class: "residential", address: name, more_accounts: 0, flags: [], archived: false }));
    server({ "GET /api/me": me, "GET /api/customers": { items } });
    show([{ path: "/", element: <CustomersPage /> }], "/");
    for (const text of NAUGHTY) expect((await screen.findAllByText((_, element) => element?.textContent === text)).length).toBeGreaterThan(0);
    expect(document.querySelector("script, img, [onerror], a[href^='javascript']")).toBeNull();
  });

  it("are texts on the customer's page", async () => {
    await startI18n();
    server({ "GET /api/me": me, "GET /api/customers/cu_1": WHOLE, "GET /api/people/directory": [] });
    show([{ path: "/customers/:id", element: <CustomerPage /> }], "/customers/cu_1");
    expect((await screen.findAllByText(NAUGHTY[0] ?? "")).length).toBeGreaterThan(0);
    for (const text of NAUGHTY) expect(document.body.textContent).toContain(text);
    expect(document.querySelector("script, img, [onerror], a[href^='javascript']")).toBeNull();
  });
});

describe("closing an account", () => {
  it("asks first, and says what it means", async () => {
    await startI18n();
    const asked = server({ "GET /api/me": me, "GET /api/customers/cu_1": WHOLE, "GET /api/people/directory": [], "POST /api/customers/cu_1/acts": WHOLE });
    show([{ path: "/customers/:id", element: <CustomerPage /> }], "/customers/cu_1");
    fireEvent.click(await screen.findByRole("button", { name: "销户" }));
    const dialog = await screen.findByRole("dialog");
    expect(within(dialog).getByText(/不能恢复/)).toBeTruthy();
    expect(asked.some((one) => one.method === "POST")).toBe(false);
    fireEvent.click(within(dialog).getByRole("button", { name: "销户" }));
    await waitFor(() => expect(asked.find((one) => one.method === "POST")?.body).toEqual({ version: 1, act: "close_account", account: "ac_1" }));
  });
});
