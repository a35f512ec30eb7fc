// Storm mode as a leader meets it: off and proposed, on, and what is said before it is switched.
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { ME, server, show } from "../../../web/src/test/page";
import { fakeSockets } from "../../../web/src/test/socket";
import type { PageView, Settings, Storm } from "./api";
import NowPage from "./now-page";

vi.mock("./charts", () => ({ default: () => <p>图</p> }));
fakeSockets();

const AT = "2026-01-05T00:10:00Z";
const LOAD = { blocked: 0, offered: 320, requests: 200, answered: 120, answered_in_20_s: 60, abandoned: 30, self_served: 80, open: 40, longest_wait_ms: 300_000, heard: 90, heard_and_went: 61, held_back: 44, waited_anyway: 9, callbacks: 20, callbacks_kept: 5, breaks_refused: 3 };
const PAGE: PageView = {
  at: AT,
  seen: { arrived: 180, normal: 15, waiting: 42, lines_percent: 35, asked: 120, abandoned: 20 },
  signs: ["arrivals", "waiting"],
  thresholds: { arrivals_percent: 300, arrivals_least: 15, waiting: 15, lines_percent: 80, abandoned_percent: 20, abandoned_least: 10, signs: 2, hold_s: 120, calm_percent: 70, calm_min: 15 },
  loud_since: AT,
  proposed: true,
  armed: true,
  today: LOAD,
  storm: null,
  waiting: 42,
  longest_s: 310,
  promised: 15,
  away: [{ agent: "pe_2", number: "1002", name: "张静", reason: "short_break", since: AT, until: null }],
  outages: [
    { id: "ou_1", number: "20260105-01", area: "青岚区", affected: 3200, since: AT, until: "2026-01-05T00:05:00Z", stale: true },
    { id: "ou_2", number: "20260105-02", area: "湖滨", affected: 800, since: AT, until: null, stale: false },
  ],
  outages_all: 2,
  affected: 4000,
  told: 1000,
  told_by: { message: 900, greeting: 100 },
  restored: 1,
  chart: [],
};
const STORM: Storm = { id: "9", began_at: AT, began_by: null, began_why: "arrivals waiting", until: "2026-01-05T02:10:00Z", calm_since: null, ended_at: null, ended_by: null, ended_why: null };
const SETTINGS: Settings = {
  thresholds: PAGE.thresholds,
  begins_itself: false,
  ends_itself: false,
  minutes: 120,
  breaks: ["short_break"],
  end_breaks: false,
  helpers: [],
  any_level: [],
  callback_s: 120,
  announce_s: 45,
  short: { replace_greeting: true, greeting: null, one_figure: true, callback_offer: null },
  door: { flow: null, waiting: 20, wait_s: 180, always: [], again_min: 10 },
};
const me = { ...ME, permissions: ["storms.see", "storms.read", "storms.switch"] };
const open = (storm: Storm | null, page = PAGE) => {
  const asked = server({
    "GET /api/me": me,
    "GET /api/storms/now": { storm, proposed: false, allowed: storm ? ["expect", "off"] : ["on"] },
    "GET /api/storms/page": page,
    "GET /api/storms/settings": { settings: SETTINGS, version: 0, flows: [] },
    "POST /api/storms/preview": { on_break: 1, breaks_ended: 0, queues: [], door: false },
    "POST /api/storms/act": { storm: STORM, proposed: false, allowed: ["expect", "off"] },
  });
  show([{ path: "/storms", element: <NowPage /> }], "/storms");
  return asked;
};

it("proposes it when the signs hold, and says which", async () => {
  open(null);
  expect(await screen.findByText("建议开启：5 分钟来电、排队人数 已达到阈值")).toBeTruthy();
  expect(screen.getByText("5 分钟来电 180（阈值 45）")).toBeTruthy();
});

it("does not call it calm while signs hold that are not enough", async () => {
  open(null, { ...PAGE, proposed: false });
  expect(await screen.findByText("未开启，5 分钟来电、排队人数 已达到阈值")).toBeTruthy();
});

it("says that nothing begins by itself after somebody has ended it", async () => {
  open(null, { ...PAGE, proposed: false, armed: false });
  expect(await screen.findByText("未开启：本轮已由人工解除")).toBeTruthy();
});

it("wants another estimate once the first has passed", async () => {
  open({ ...STORM, until: "2026-01-05T00:00:00Z" }, { ...PAGE, proposed: false, at: "2026-01-05T00:10:00Z" });
  expect(await screen.findByText(/已过预计时间 .*请调整预计或解除/)).toBeTruthy();
});

it("puts passed estimates first and lists who is to be called back", async () => {
  open(STORM, { ...PAGE, proposed: false });
  expect(await screen.findByText(/应急模式已开启.*达到阈值：5 分钟来电、排队人数/)).toBeTruthy();
  const outages = await screen.findByRole("region", { name: "进行中的停电停气" });
  expect(within(outages).getByText(/已过 .*请更新/)).toBeTruthy();
  expect(within(outages).getByText("未告知时间")).toBeTruthy();
  expect(within(screen.getByRole("region", { name: "正在休息" })).getByText("1002 张静")).toBeTruthy();
});

it("says how many of those affected have been told, and by what", async () => {
  open(STORM, { ...PAGE, proposed: false });
  const told = await screen.findByRole("region", { name: "已告知" });
  expect(within(told).getByText("1,000")).toBeTruthy();
  expect(within(told).getByText("占受影响 25%")).toBeTruthy();
  expect(within(told).getByText("短信 900、播报 100")).toBeTruthy();
});

it("says what will happen before it is switched, and wants a reason", async () => {
  open(null);
  await userEvent.click(await screen.findByRole("button", { name: "开启应急模式" }));
  const dialog = await screen.findByRole("dialog");
  expect(await within(dialog).findByText(/1 人正在休息，收到召回提示/)).toBeTruthy();
  expect(within(dialog).getByText(/燃气泄漏、触电等紧急来电始终直接接入/)).toBeTruthy();
  const go = within(dialog).getByRole("button", { name: "开启应急模式" });
  expect((go as HTMLButtonElement).disabled).toBe(true);
  await userEvent.click(within(dialog).getByRole("button", { name: "暴雨" }));
  await waitFor(() => expect((go as HTMLButtonElement).disabled).toBe(false));
});
