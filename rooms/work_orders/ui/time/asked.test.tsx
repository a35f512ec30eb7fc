// More time: the unit asks and says whether the customer knows; the centre answers with one press, or says why not.
import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { moment } from "@lib/format";
import { ME, server, show } from "../../../../web/src/test/page";
import { formOf, type Answers, actOf, beginning, begun, isReady } from "../acts/asks";
import { ActDialog } from "../acts/dialog";
import { sendAll } from "../acts/undo";
import type { Order, TimeAsked } from "../api";
import { choicesUpTo, keyOf, limitOf } from "../limits";
import { lastAnswer } from "./answer";
import { Answer, AskedCell, AskedPart } from "./asked";

const ASKED: TimeAsked = { at: "2026-01-05T08:00:00Z", who: "pe_2", unit: "un_1", by: { working_days: 2 }, reason: "等待检定机构出具结果", told_customer: true, told: "客户同意", due: "2026-01-06T16:00:00Z", until: "2026-01-09T16:00:00Z" };
const order = (more: Partial<Order> = {}): Order =>
  ({
    id: "wo_1", number: "20260105-0001", version: 4, kind: "complaint", subtype: "complaint.billing", state: "taken", unit: "un_1", handler: "pe_2", time_asked: null, more_time: { working_days: 5 }, more_least: { working_days: 1 }, returns: 0,
    matter: { privacy: "open", contact: { name: "王**", phone: "138****5678" }, area: "", fields: {} }, steps: [], allowed: [], ...more,
  }) as unknown as Order;
const asking = { ...order(), time_asked: ASKED };

const centre = (more: Record<string, unknown> = {}) =>
  server({
    "GET /api/me": { ...ME, permissions: ["work_orders.read", "work_orders.extend"] },
    "GET /api/departments/names": [{ id: "un_1", parent: null, kind: "team", code: "1", name: "青岚抢修班", external: false, retired: false }],
    "GET /api/people/directory": [{ id: "pe_2", number: "2001", name: "丁大伟" }],
    "POST /api/work_orders/wo_1/act": { id: "wo_1", done: true },
    ...more,
  });
const sent = (asked: { method: string; path: string; body: unknown }[]) => asked.filter(({ method, path }) => method === "POST" && path.endsWith("/act")).map(({ body }) => (body as { act: unknown }).act);
/** While what was asked for still lies ahead. */
const inTime = () => vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-01-06T08:00:00Z") });
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("offers at most the limit itself, in its own kind", () => {
  expect(choicesUpTo({ working_days: 3 })).toEqual(["working_days:1", "working_days:2", "working_days:3"]);
  expect(choicesUpTo({ hours: 24 })).toEqual(["hours:4", "hours:5", "hours:7", "hours:10", "hours:15", "hours:20", "hours:24"]);
  expect(choicesUpTo({ working_days: 5 }, { working_days: 3 })).toEqual(["working_days:3", "working_days:4", "working_days:5"]);
  expect(choicesUpTo({ working_days: 6 }, { working_days: 6 })).toEqual(["working_days:6"]);
  expect(choicesUpTo({})).toEqual([]);
  expect(limitOf(keyOf({ calendar_days: 4 }))).toEqual({ calendar_days: 4 });
});

it("is asked for with its reason, and with what the customer was told, or why not", () => {
  const { asks } = formOf("ask_time", order());
  const said: Answers = { ...beginning(asks, "", ""), more: "working_days:2", reason: "等待检定机构出具结果" };
  expect(isReady(asks, said)).toBe(false);
  expect(isReady(asks, { ...said, told_customer: "no" })).toBe(false);
  const whole = { ...said, told_customer: "no", told: "三次未接通" };
  expect(isReady(asks, whole)).toBe(true);
  expect(actOf("ask_time", whole)).toEqual({ act: "ask_time", by: { working_days: 2 }, reason: "等待检定机构出具结果", told_customer: false, told: "三次未接通" });
  const nobody = formOf("ask_time", order({ matter: { privacy: "anonymous", contact: { name: "", phone: "" } } as Order["matter"] }));
  expect(nobody.asks.map(({ key }) => key)).toEqual(["more", "reason"]);
});

it("is given with what was asked for already there", () => {
  const [before, after] = [Date.parse("2026-01-08T08:00:00Z"), Date.parse("2026-01-12T08:00:00Z")];
  expect(begun("extend", { more: null, reason: "" }, asking, before)).toEqual({ more: "working_days:2", reason: ASKED.reason });
  expect(begun("extend", { more: null, reason: "" }, asking, after)).toEqual({ more: null, reason: ASKED.reason });
  expect(begun("extend", { more: null, reason: "" }, order(), before)).toEqual({ more: null, reason: "" });
});

it("asks in the unit's dialog", async () => {
  const asked = centre();
  show([{ path: "/", element: <ActDialog verb="ask_time" order={order()} onClose={vi.fn()} /> }], "/");
  fireEvent.click(await screen.findByText("3 个工作日"));
  fireEvent.change(screen.getByLabelText("原因"), { target: { value: "等待检定机构出具结果" } });
  fireEvent.click(screen.getByText("未告知"));
  fireEvent.change(screen.getByLabelText("为什么没有告知"), { target: { value: "三次未接通" } });
  fireEvent.click(screen.getByText("申请延期"));
  await waitFor(() => expect(sent(asked)).toEqual([{ act: "ask_time", by: { working_days: 3 }, reason: "等待检定机构出具结果", told_customer: false, told: "三次未接通" }]));
});

it("is granted from the list with one press, as asked", async () => {
  inTime();
  const asked = centre();
  show([{ path: "/", element: <><AskedCell order={asking} now={Date.parse(ASKED.at)} /><Answer order={asking} /></> }], "/");
  await screen.findByText("申请延长 2 个工作日");
  expect(screen.getByText("客户已告知：客户同意")).toBeTruthy();
  fireEvent.click(screen.getByText("批准"));
  await screen.findByText("撤销");
  expect(sent(asked)).toEqual([]);
  act(() => sendAll());
  await waitFor(() => expect(sent(asked)).toEqual([{ act: "extend", by: { working_days: 2 }, reason: ASKED.reason }]));
});

it("is refused with a reason, which the unit reads at its order", async () => {
  const asked = centre();
  show([{ path: "/", element: <AskedPart order={{ ...asking, allowed: ANSWERS }} /> }], "/");
  fireEvent.click(await screen.findByText("驳回"));
  fireEvent.change(await screen.findByLabelText("原因"), { target: { value: "可先行退费" } });
  fireEvent.click(screen.getByText("驳回延期"));
  await waitFor(() => expect(sent(asked)).toEqual([{ act: "refuse_time", reason: "可先行退费" }]));
});

const ANSWERS: Order["allowed"] = [{ act: "extend" }, { act: "refuse_time" }];

it("cannot be granted as asked once that is over: the screen says why, and another time is set, or none", async () => {
  const asked = centre();
  show([{ path: "/", element: <AskedPart order={{ ...asking, more_least: { working_days: 4 }, allowed: ANSWERS }} /> }], "/");
  await screen.findByText(`所申请的时间（至 ${moment("2026-01-09T16:00:00Z", false)}）已过，不能照此批准。可另定时限（至少 4 个工作日，至多 5 个工作日），或驳回。`);
  expect(screen.queryByText("批准")).toBeNull();
  fireEvent.click(screen.getByText("另定时限"));
  expect(await screen.findByText("5 个工作日")).toBeTruthy();
  expect(screen.queryByText("2 个工作日")).toBeNull();
  fireEvent.click(screen.getByText("4 个工作日"));
  fireEvent.click(screen.getByRole("button", { name: "延期" }));
  await waitFor(() => expect(sent(asked)).toEqual([{ act: "extend", by: { working_days: 4 }, reason: ASKED.reason }]));
});

it("can only be refused once all that could be had is over, and leads from the list to its order", async () => {
  centre();
  const barred: Order["allowed"] = [{ act: "extend", barred: "overdue" }, { act: "refuse_time" }];
  show([{ path: "/", element: <><AskedPart order={{ ...asking, more_time: null, more_least: null, allowed: barred }} /><Answer order={asking} /></> }], "/");
  await screen.findByText(/按规定最多可延的时间也已过，只能驳回/);
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "另定时限" }).disabled).toBe(true);
  expect(screen.getByRole("link", { name: "另定时限" }).getAttribute("href")).toBe("/work_orders/20260105-0001");
});

const step = (seq: number, verb: string, reason = "") => ({ seq, verb, at: ASKED.at, who: "pe_1", from: "taken", to: "taken", unit: "un_1", act: { act: verb, reason } }) as unknown as Order["steps"][number];

it("waits where nobody here may answer, and says the answer afterwards, as long as it matters", async () => {
  centre();
  show([{ path: "/", element: <><AskedPart order={asking} /><AskedPart order={order({ steps: [step(1, "ask_time"), step(2, "refuse_time", "可先行退费")] })} /></> }], "/");
  await screen.findByText(/已申请延长 2 个工作日/);
  expect(screen.queryByText("批准")).toBeNull();
  expect(screen.getByText("延期未批准")).toBeTruthy();
  expect(screen.getByText(/可先行退费/)).toBeTruthy();
  expect(lastAnswer([step(1, "ask_time"), step(2, "refuse_time"), step(3, "note")])?.seq).toBe(2);
  expect(lastAnswer([step(1, "ask_time"), step(2, "extend")])?.seq).toBe(2);
  expect(lastAnswer([step(1, "ask_time"), step(2, "refuse_time"), step(3, "extend")])).toBeNull();
  expect(lastAnswer([step(1, "ask_time"), step(2, "refuse_time"), step(3, "redispatch")])).toBeNull();
  expect(lastAnswer([step(1, "ask_time"), step(2, "refuse_time"), step(3, "ask_time")])).toBeNull();
});
