// The list of records shows texts as texts, and goes out as a file with the filters it is shown by.
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { startI18n } from "@lib/i18n";
import { ME, server, show } from "../../../web/src/test/page";
import InteractionsPage from "./interactions-page";

const NAUGHTY = ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "=HYPERLINK(\"http://x\")", "${alert(1)}"];
const record = (at: number, notes: string) => ({
  call: `ca_${at}`, agent: "pe_1", direction: "in", number: notes, at: "2026-01-05T00:00:00Z", state: "draft", draft: { reason: null, fields: {}, points: [], notes, result: null, customer: null, contact: "" },
  tree: 1, edition: 0, overdue_at: null, completed_at: null, release: null, writer: "", seq: 0, saved_at: "2026-01-05T00:00:00Z", version: 1, allowed: [],
});
const me = { ...ME, permissions: ["interactions.read", "interactions.export"] };
const page = [{ path: "/", element: <InteractionsPage /> }];
const answers = { "GET /api/me": me, "GET /api/interactions": { items: NAUGHTY.map((text, at) => record(at, text)) }, "GET /api/people/directory": [] };

describe("the list of records", () => {
  it("shows notes and callers as texts", async () => {
    await startI18n();
    server(answers);
    show(page, "/");
    for (const text of NAUGHTY) expect((await screen.findAllByText(text)).length).toBe(2);
    expect(document.querySelector("script, img, [onerror]")).toBeNull();
  });

  it("is exported by its filters", async () => {
    await startI18n();
    const go = vi.fn();
    vi.stubGlobal("location", { ...window.location, assign: go });
    const job = { id: "9", state: "done", rows: 4, cut: false };
    const asked = server({ ...answers, "POST /api/interactions/exports": job });
    show(page, "/?result=call_back");
    fireEvent.click(await screen.findByRole("button", { name: /导出/ }));
    fireEvent.click(await screen.findByRole("menuitem", { name: /XLSX/ }));
    await waitFor(() => expect(asked.find((one) => one.method === "POST")?.body).toEqual({ format: "xlsx", language: "zh-CN", result: "call_back", overdue: false }));
    await waitFor(() => expect(go).toHaveBeenCalledWith("/api/interactions/exports/9/file"));
    vi.unstubAllGlobals();
  });
});
