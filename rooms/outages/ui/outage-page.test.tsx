// An outage that concerns nobody, one whose estimate has passed and one that was called off each say how it goes on.
import { fireEvent, screen } from "@testing-library/react";
import { useLocation } from "react-router";
import { afterEach, expect, it, vi } from "vitest";
import { ME, server, show } from "../../../web/src/test/page";
import type { OutageView } from "./api";
import OutagePage from "./outage-page";

const said = { text: "青岚区因计划检修，将于明天早上八点停气。", clip: null, seconds: 9 };
const plan = { utility: "gas", class: "planned", area: { text: "青岚区", elements: [], places: [], accounts: [] }, scope: "", cause: "maintenance", reason: "调压站检修", starts: "2026-01-20T00:00:00Z", ends: "2026-01-20T08:00:00Z", unit: null };
const outage = {
  ...plan,
  id: "ou_1",
  number: "T20260105-001",
  state: "published",
  area: "青岚区",
  crew: "waiting",
  counts: { all: 12, important: 0, life_support: 0, elderly: 0, by_class: {} },
  plan,
  elements: [],
  revisions: [],
  estimates: [],
  findings: [],
  excuses: [],
  texts: [],
  unapproved: [],
  allowed: [],
  published_at: "2026-01-05T00:00:00Z",
  owner: "pe_1",
  greeting: { mode: "auto", words: null, clip: null, approval: null, own: said, general: said, is_general: true, from: null, until: null },
} as unknown as OutageView;

function Asked() {
  return <p>{JSON.stringify(useLocation().state)}</p>;
}
const page = (more: Partial<OutageView>) => {
  server({
    "GET /api/me": { ...ME, permissions: ["outages.read", "outages.write"] },
    "GET /api/people/directory": [],
    "GET /api/departments/names": [],
    "GET /api/outages/ou_1": { ...outage, ...more },
    "GET /api/outages/ou_1/told": { liaisons: [], waves: [], calls: [], wishes: 0 },
    "GET /api/outages/ou_1/affected": { affected: [], next: null },
  });
  show([{ path: "/outages/:id", element: <OutagePage /> }, { path: "/outages/new", element: <Asked /> }], "/outages/ou_1");
};
afterEach(() => vi.unstubAllGlobals());

it("says that nobody is told where nobody is affected", async () => {
  page({ counts: { ...outage.counts, all: 0 } });
  expect(await screen.findByText(/没有人收到短信、致电和本户问候语/)).toBeTruthy();
});

it("leads from an estimate that has passed to the next", async () => {
  page({ state: "in_progress", stale: true, allowed: ["restore", "revise"] });
  expect(await screen.findByText("预计恢复时间已过，供应还没有恢复")).toBeTruthy();
  fireEvent.click(screen.getAllByRole("button", { name: "更新进展" }).at(-1)!);
  expect(await screen.findByText("发布进展")).toBeTruthy();
});

it("shows nothing to come of what was called off before anybody knew, and enters it again", async () => {
  page({ state: "cancelled", published_at: null, why: "施工单位撤回" });
  expect(await screen.findByText("未对外发布就已取消，没有通知任何人")).toBeTruthy();
  expect(screen.queryByText("来电问候语")).toBeNull();
  expect(screen.queryByText("发布过的内容")).toBeNull();
  fireEvent.click(await screen.findByText("以此重新录入"));
  expect(await screen.findByText(/"like":\{"plan":/)).toBeTruthy();
});

it("names the texts that nobody has approved", async () => {
  page({ unapproved: ["欠费停气通知"] });
  expect(await screen.findByText("通知文本还没有审核：欠费停气通知")).toBeTruthy();
});
