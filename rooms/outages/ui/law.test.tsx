// What is moved nearer than the law allows is said before it is saved, and what one customer owes is offered to nobody else.
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { ME, server, show } from "../../../web/src/test/page";
import { Acts } from "./acts";
import { tooNear, type OutageView } from "./api";
import { GreetingPart } from "./greeting-part";

const said = { text: "幸福小区三栋五百零二室因欠费，将于明天早上八点停电。", clip: null, seconds: 9 };
const outage = {
  id: "ou_1",
  class: "planned",
  state: "published",
  starts: "2026-01-20T00:00:00Z",
  ends: "2026-01-20T08:00:00Z",
  cause: "maintenance",
  crew: "waiting",
  counts: { all: 1, important: 0, life_support: 0, elderly: 0, by_class: {} },
  allowed: ["revise"],
  excuses: [],
  findings: [],
  earliest: { duty: "o1", at: "2026-01-12T16:00:00Z" },
  greeting: { mode: "auto", words: null, clip: null, approval: null, own: said, general: said, is_general: false, from: null, until: null },
} as unknown as OutageView;

const page = (element: React.ReactNode) => {
  server({ "GET /api/me": { ...ME, permissions: ["outages.read", "outages.write"] }, "GET /api/people/directory": [] });
  show([{ path: "/", element }], "/");
};

afterEach(() => vi.unstubAllGlobals());

it("knows which start breaks a duty", () => {
  expect(tooNear(outage, "2026-01-12T15:59:00Z")).toBe("o1");
  expect(tooNear(outage, "2026-01-12T16:00:00Z")).toBeNull();
  // Put off, however near: whoever was told the earlier start was told in time.
  expect(tooNear({ ...outage, starts: "2026-01-06T00:00:00Z" }, "2026-01-07T00:00:00Z")).toBeNull();
  expect(tooNear(outage, null)).toBeNull();
});

it("says nothing while the start is as it was", async () => {
  page(<Acts outage={outage} />);
  (await screen.findByText("更新进展")).click();
  expect(await screen.findByText("开始时间")).toBeTruthy();
  expect(screen.queryByText("计划停电应提前 7 天公告")).toBeNull();
});

it("says that only its own customer hears of arrears", async () => {
  page(<GreetingPart outage={{ ...outage, class: "arrears" }} />);
  expect(await screen.findByText("只对本户来电播放，其他来电听不到。")).toBeTruthy();
});

/** Announced for a day that is far away. */
const far = { ...outage, id: "ou_1", version: 3, starts: "2099-01-20T00:00:00Z", earliest: { duty: "o1", at: "2099-01-12T16:00:00Z" } } as OutageView;
const beginning = async (allowed: OutageView["allowed"]) => {
  const asked = server({ "GET /api/me": { ...ME, permissions: ["outages.read", "outages.write"] }, "GET /api/people/directory": [], "POST /api/outages/ou_1/act": far });
  show([{ path: "/", element: <Acts outage={{ ...far, allowed }} /> }], "/");
  fireEvent.click(await screen.findByText("提前开始"));
  expect(await screen.findByText("计划停电应提前 7 天公告")).toBeTruthy();
  fireEvent.change(screen.getByLabelText("原因"), { target: { value: "施工队提前到场" } });
  fireEvent.click(screen.getAllByRole("button", { name: "提前开始" }).at(-1)!);
  return asked;
};

it("lets a leader begin earlier than announced, with a reason", async () => {
  const asked = await beginning(["begin", "set_greeting"]);
  await waitFor(() => expect(asked.filter(({ method }) => method === "POST").map(({ body }) => body)).toEqual([{ act: { act: "begin", why: "施工队提前到场" }, version: 3 }]));
});

it("sends nobody else's early beginning", async () => {
  const asked = await beginning(["begin"]);
  expect(screen.getByText("现在开始就不够提前，须由值班长操作。")).toBeTruthy();
  expect(asked.some(({ method }) => method === "POST")).toBe(false);
});
