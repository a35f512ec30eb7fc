// The list of calls: filters in the address, older pages by cursor, an empty list that teaches.
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { server, show } from "../../../web/src/test/page";
import type { CallItem } from "./api";
import CallsPage from "./calls-page";

afterEach(() => vi.unstubAllGlobals());
const routes = [
  { path: "/calls", element: <CallsPage /> },
  { path: "/calls/:id", element: <p>one call</p> },
];
const CALL: CallItem = {
  id: "ca_1", direction: "in", at: "2026-01-05T00:10:00Z", answered: null, requested: null, connected: "2026-01-05T00:10:20Z", ended: "2026-01-05T00:12:00Z",
  from: "138****5678", to: "95598", trunk: "tr_1", queue: "qu_1", agent: "pe_7", urgent: false, result: "answered", ended_by: "caller", cause: null,
  wait_ms: 20_000, talk_ms: 95_000, hold_ms: 0, after_ms: 0, rating: 5, recording: null, announced: true, interrupted: false,
};
const names = { "GET /api/people/directory": [{ id: "pe_7", number: "1007", name: "李敏" }], "GET /api/calls/queues": [{ id: "qu_1", name: "报修" }] };

it("shows a call with names for ids, and opens it", async () => {
  server({ ...names, "GET /api/calls": { items: [CALL] } });
  const router = show(routes, "/calls");
  const row = (await screen.findByText("138****5678")).closest("tr") as HTMLElement;
  await waitFor(() => expect(within(row).getByText("1007 李敏")).toBeTruthy());
  for (const text of ["已接通", "报修", "00:20", "01:35", "非常满意", "客户"]) expect(within(row).getByText(text)).toBeTruthy();
  await userEvent.click(row);
  await waitFor(() => expect(router.state.location.pathname).toBe("/calls/ca_1"));
});

it("asks the server for what the address says", async () => {
  const asked = server({ ...names, "GET /api/calls": { items: [CALL], next: "9~ca_0" } });
  const router = show(routes, "/calls?number=5678&result=answered");
  await screen.findByText("138****5678");
  expect(asked.some((one) => one.path === "/api/calls?number=5678&result=answered&limit=50")).toBe(true);
  await userEvent.click(screen.getByRole("button", { name: /更早/ }));
  await waitFor(() => expect(router.state.location.search).toContain("before=9%7Eca_0"));
  // Another filter begins with the newest again.
  await userEvent.click(screen.getByRole("button", { name: /清除条件/ }));
  await waitFor(() => expect(router.state.location.search).toBe(""));
});

it("says what to do when there is nothing, and when nothing fits", async () => {
  server({ ...names, "GET /api/calls": { items: [] } });
  show(routes, "/calls");
  expect(await screen.findByText(/拨打热线号码/)).toBeTruthy();
});

it("says what to do when the server cannot be reached", async () => {
  server(names);
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("offline")));
  show(routes, "/calls");
  expect((await screen.findByRole("alert", undefined, { timeout: 8_000 })).textContent).toContain("连不上服务器");
});
