// The floor as a leader meets it: figures, seats, calls, a lost line.
import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { ME, server, show } from "../../../web/src/test/page";
import { FakeSocket, fakeSockets } from "../../../web/src/test/socket";
import type { Floor } from "./api";
import FloorPage from "./floor-page";

fakeSockets();

const AT = "2026-01-05T00:10:00Z";
const FLOOR: Floor = {
  at: AT,
  now: { entering: 1, in_menu: 2, asking: 3, waiting: 3, ringing: 0, talking: 1, longest_wait_since: "2026-01-05T00:09:18Z" },
  today: { offered: 20, requests: 12, answered: 9, abandoned: 1, flow_out: 0, blocked: 0, answered_in_20s: 8, wait_sum_ms: 90_000, k1: 0.9, k3: 0.8, k5: 0.1, asa_s: 10 },
  history: [],
  queues: [{ id: "qu_1", name: "报修", waiting: 3, longest_since: "2026-01-05T00:09:18Z", agents_ready: 0, agents_talking: 1, requests_today: 12, answered_today: 9 }],
  agents: [
    { id: "pe_1", number: "1001", name: "李敏", state: "talking", reason: null, since: AT, over_limit: false, soft: null, hard: null, call: "ca_1", caller: "138****5678", queue: "qu_1", phone_reachable: true },
    { id: "pe_2", number: "1002", name: "张静", state: "not_ready", reason: "missed", since: AT, over_limit: false, soft: null, hard: null, call: null, caller: null, queue: null, phone_reachable: true },
    { id: "pe_3", number: "1003", name: "王磊", state: "not_ready", reason: "meal", since: AT, over_limit: false, soft: null, hard: null, call: null, caller: null, queue: null, phone_reachable: true },
    { id: "pe_4", number: "1004", name: "赵倩", state: "signed_out", reason: null, since: null, over_limit: false, soft: null, hard: null, call: null, caller: null, queue: null, phone_reachable: false },
  ],
  calls: [{ id: "ca_1", direction: "in", from: "138****5678", to: "95598", state: "talking", since: AT, queue: "qu_1", agent: "pe_1" }],
  trunks: [{ id: "tr_1", name: "电信", up: true, calls: 1 }],
};
const open = (floor = FLOOR) => {
  server({ "GET /api/me": ME, "GET /api/floor": floor });
  return show([{ path: "/floor", element: <FloorPage /> }], "/floor");
};

it("shows figures against their targets, in colour, icon and word", async () => {
  open();
  const rate = await screen.findByRole("region", { name: "接通率 今日" });
  expect(rate.textContent).toContain("90.0%");
  expect(rate.textContent).toContain("未达标");
  expect(rate.dataset.tone).toBe("wrap");
  expect((await screen.findByRole("region", { name: "放弃 今日" })).textContent).toContain("未达标");
});

it("puts who needs help first, and leaves out who has gone home", async () => {
  open();
  const seats = within(await screen.findByRole("list", { name: "座席" })).getAllByRole("listitem");
  expect(seats.map((seat) => /100\d/.exec(seat.textContent ?? "")?.[0])).toEqual(["1002", "1003", "1001"]);
  expect(seats[1]?.textContent).toContain("用餐");
});

it("keeps the chosen state in the address", async () => {
  const router = open();
  await userEvent.click(await screen.findByRole("button", { name: /离线/ }));
  await waitFor(() => expect(router.state.location.search).toBe("?state=signed_out"));
  expect(within(screen.getByRole("list", { name: "座席" })).getAllByRole("listitem")).toHaveLength(1);
});

it("follows the push, and says so when the line is lost", async () => {
  open();
  await screen.findByRole("list", { name: "座席" });
  act(() => {
    FakeSocket.all.at(-1)?.accept();
    FakeSocket.all.at(-1)?.say({ topic: "floor.now", version: 2, data: { ...FLOOR, now: { ...FLOOR.now, waiting: 8 } } });
  });
  await waitFor(() => expect(screen.getByRole("region", { name: "正在等待" }).textContent).toContain("8人"));
  act(() => FakeSocket.all.at(-1)?.onclose?.());
  expect((await screen.findByRole("alert")).textContent).toContain("实时连接已断开");
});

it("teaches the next step in an empty centre", async () => {
  open({ ...FLOOR, queues: [], agents: [], calls: [] });
  expect(await screen.findByText(/在“队列与线路”里新建/)).toBeTruthy();
  expect(screen.getByText(/在“人员”里新建话务员/)).toBeTruthy();
});
