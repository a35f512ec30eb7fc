// One key publishes an outage: it is pressed for what was read, and for nothing else.
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { queries } from "@lib/api";
import { ME, server, show } from "../../../web/src/test/page";
import { fakeSockets } from "../../../web/src/test/socket";
import type { Proposal, Whole } from "./api";
import OpenPage from "./open-page";

vi.mock("./signals-chart", () => ({ default: () => <p>图</p> }));
fakeSockets();

const AT = "2026-01-05T00:10:00Z";
const proposal = (number: string, area: string): Proposal => ({
  number, area, state: "proposed", path: [{ key: "el_1", kind: "transformer", name: `${area}配变`, customers: 120 }], customers: 120, first: AT, proposed: AT, last: AT,
  signals: 5, households: 5, found: 5, window_min: 10, expected: 0.01, surprise: 6, decided_by: null, decided_at: null, outage: null, into: null, why: "", version: 3, allowed: ["confirm", "dismiss"],
});
const whole = (of: Proposal): Whole => ({ ...of, marks: [], nodes: [], rows: [], said: of.state === "proposed" ? { own: `您所在的${of.area}停电`, others: null, next_news: AT } : null, heard: 5 });

const me = { ...ME, permissions: ["clusters.read", "clusters.decide", "outages.approve"] };
function open(...areas: string[]) {
  const all = areas.map((area, nth) => proposal(`20260105-000${nth + 1}`, area));
  const table: Record<string, unknown> = { "GET /api/me": me, "GET /api/clusters": { items: all, next: null } };
  for (const of of all) {
    table[`GET /api/clusters/${of.number}`] = whole(of);
    table[`POST /api/clusters/${of.number}/act`] = { ...of, state: "confirmed" };
  }
  const asked = server(table);
  show([{ path: "/clusters", element: <OpenPage /> }], "/clusters");
  const confirmed = () => asked.filter((one) => one.method === "POST").map((one) => one.path);
  return { all, table, confirmed };
}
const again = () => act(() => queries.invalidateQueries({ queryKey: ["clusters"] }));
const heading = (name: string) => screen.findByRole("heading", { level: 2, name });
const button = () => screen.findByRole("button", { name: /确认/ });

it("confirms what is read with one key, and stays with it", async () => {
  const { all, table, confirmed } = open("鹤鸣里", "湖滨");
  await heading("鹤鸣里");
  await waitFor(async () => expect(document.activeElement).toBe(await button()));
  const of = { ...all[0]!, state: "confirmed" as const, decided_by: "pe_1", decided_at: AT, allowed: [] };
  table[`GET /api/clusters/${of.number}`] = whole(of);
  table["GET /api/clusters"] = { items: all.slice(1), next: null };
  await userEvent.keyboard("{Enter}");
  await waitFor(() => expect(confirmed()).toEqual([`/api/clusters/${of.number}/act`]));
  await again();
  await heading("鹤鸣里");
  // Pressed once more, out of habit: nothing else is published.
  await userEvent.keyboard("{Enter}");
  expect(confirmed()).toHaveLength(1);
});

it("keeps what is read when another takes its place in the list", async () => {
  const { all, table, confirmed } = open("鹤鸣里", "湖滨");
  await heading("鹤鸣里");
  const of = { ...all[0]!, state: "expired" as const, allowed: [] };
  table[`GET /api/clusters/${of.number}`] = whole(of);
  table["GET /api/clusters"] = { items: all.slice(1), next: null };
  await again();
  await waitFor(() => expect(within(screen.getByRole("list", { name: /疑似|待/ })).queryByText("鹤鸣里")).toBeNull());
  await heading("鹤鸣里");
  await userEvent.keyboard("{Enter}");
  expect(confirmed()).toEqual([]);
});

it("does not take a key that is held down from choosing for a confirmation", async () => {
  const { confirmed } = open("鹤鸣里", "湖滨");
  await heading("鹤鸣里");
  const held = fireEvent.keyDown(await button(), { key: "Enter", repeat: true });
  expect(held).toBe(false);
  expect(confirmed()).toEqual([]);
});
