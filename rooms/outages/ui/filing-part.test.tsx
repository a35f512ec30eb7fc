// While an order is filed: what is known to be off, and whether the new one follows the order of the work on it.
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { ME, server, show } from "../../../web/src/test/page";
import FilingPart from "./filing-part";

const OFF = { id: "ou_1", number: "T20260105-001", area: "青岚区", cause: "maintenance", starts: "2026-01-05T01:00:00Z", ends: "2026-01-05T05:00:00Z", next_news: null, stale: false };
const ORDER = { id: "wo_7", number: "20260105-0007" };

function filing(known: unknown[], more: Partial<Parameters<typeof FilingPart>[0]> = {}) {
  const asked = server({ "GET /api/me": { ...ME, permissions: ["outages.read"] }, "GET /api/outages/known": known });
  const heard = { onOffered: vi.fn(), onJoin: vi.fn() };
  show([{ path: "/", element: <FilingPart customer="cu_1" address="" phone="" joinable asked={false} joining="undecided" {...heard} {...more} /> }], "/");
  return { ...heard, asked };
}
afterEach(() => vi.unstubAllGlobals());

it("offers the order of the work on a known outage, so that nobody sends a second crew", async () => {
  const { onOffered, onJoin, asked } = filing([{ ...OFF, order: ORDER }]);
  fireEvent.click(await screen.findByText("归并到 20260105-0007"));
  expect(onJoin).toHaveBeenCalledWith({ master: "wo_7", number: "20260105-0007" });
  await waitFor(() => expect(onOffered).toHaveBeenLastCalledWith(1));
  expect(screen.getByText(/预计恢复/)).toBeTruthy();
  expect(asked.some(({ path }) => path === "/api/outages/known?customer=cu_1")).toBe(true);
});

it("only shows an outage that has no order yet", async () => {
  const { onOffered } = filing([{ ...OFF, order: null }]);
  expect(await screen.findByText("已知停供：青岚区")).toBeTruthy();
  expect(screen.queryByText(/归并到/)).toBeNull();
  expect(onOffered).toHaveBeenLastCalledWith(0);
});

it("never makes somebody in danger follow", async () => {
  filing([{ ...OFF, order: ORDER }], { joinable: false });
  expect(await screen.findByText("已知停供：青岚区")).toBeTruthy();
  expect(screen.queryByText(/归并到/)).toBeNull();
});

it("asks for a choice where none was made", async () => {
  filing([{ ...OFF, order: ORDER }], { asked: true });
  expect(await screen.findByText(/请先选择/)).toBeTruthy();
});
