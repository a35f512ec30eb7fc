// What the pages of orders decide by themselves: how near a promise is, which column an order stands in, what a form begins with.
import { describe, expect, it } from "vitest";
import type { CallCustomer } from "@lib/customer";
import { actOf, beginning, formOf, isReady } from "./acts/asks";
import { sorted } from "./acts/buttons";
import type { OrderLine, Subtype } from "./api";
import { prefill, subtypeFor } from "./filing/prefill";
import { placed } from "./map";
import { saidIn } from "./page/said";
import { nextOf, running } from "./promise";
import { unitTree } from "./unit-picker";
import { countOf, firstView, laneCounts, lanes, shareUnassigned, viewsOf } from "./views";

const at = (time: string) => `2026-01-05T${time}:00Z`;
const ms = (time: string) => Date.parse(at(time));
const line = (number: string, more: Partial<OrderLine> = {}): OrderLine => ({
  id: `wo_${number}`, number, kind: "fault", subtype: "fault.leak", channel: "phone", state: "accepted", unit: null, handler: null, accepted_by: null, accepted_at: at("08:00"),
  due: at("09:00"), due_step: "arrive", due_since: null, promised_since: at("08:00"), promised: at("09:00"), urgency: "ordinary", danger: false, level: "ordinary", important: false, urges: 0, supervised: 0,
  returns: 0, reopened: 0, master: null, contact: "", phone: "", address: "", area: "", content: "", satisfaction: null, time_asked: null, version: 1, ...more,
});
const subtype = (code: string, more: Partial<Subtype> = {}): Subtype => ({ code, kind: "fault", title: { zh: code, en: "" }, tags: [], fields: [], reasons: [], duty: "", call_back: "always", danger: false, confidential: false, retired: false, ...more });

describe("a promise", () => {
  it.each([
    ["08:00", "calm", 0],
    ["08:29", "calm", 29 / 60],
    ["08:30", "yellow", 0.5],
    ["08:48", "orange", 0.8],
    ["09:00", "overdue", 1],
    ["09:30", "overdue", 1],
  ])("given at 08:00 until 09:00 is at %s %s", (now, nearness, share) => {
    const is = running(at("08:00"), at("09:00"), ms(now));
    expect([is.nearness, is.share]).toEqual([nearness, share]);
  });

  it("is counted from where it began, or from the acceptance where that was never kept", () => {
    expect(nextOf(line("1", { due_since: at("08:30") }), ms("08:45"))?.share).toBe(0.5);
    expect(nextOf(line("1"), ms("08:45"))?.share).toBe(0.75);
    expect(nextOf(line("1", { due: null }), ms("08:45"))).toBeNull();
  });
});

describe("the board", () => {
  it("puts each open order into one column, the next due first, of two at once the important one", () => {
    const columns = lanes([line("late", { state: "taken", due: at("12:00") }), line("soon", { state: "suspended", due: at("09:00") }), line("grave", { state: "in_work", due: at("09:00"), important: true }), line("new"), line("gone", { state: "closed" }), line("back", { state: "to_dispatch", due: null })]);
    expect(Object.fromEntries(Object.entries(columns).map(([lane, orders]) => [lane, orders.map((order) => order.number)]))).toEqual({ to_dispatch: ["new", "back"], dispatched: [], in_work: ["grave", "soon", "late"], to_review: [], to_call_back: [] });
  });

  const row = { unit: null, overdue: 1, important: 0, urged: 2, oldest: at("08:00") };
  const now = { standing: [{ ...row, state: "accepted" as const, count: 3 }, { ...row, state: "to_dispatch" as const, count: 4 }, { ...row, state: "in_review" as const, count: 5 }], needed: 20, unassigned: 3, unassigned_since: at("05:00"), time_asked: 2, decide_by: at("09:00") };
  it("counts what stands at the whole centre", () => {
    expect(laneCounts(now)).toEqual({ to_dispatch: 7, to_review: 5 });
    expect((["to_dispatch", "unassigned", "time_asked", "to_review", "overdue", "urged", "all"] as const).map((view) => countOf(view, now))).toEqual([7, 3, 2, 5, 3, 6, null]);
  });

  it("says how much has no unit of what needed one, and nothing where none was needed", () => {
    const is = (needed: number, without: number) => shareUnassigned({ standing: [], needed, unassigned: without, unassigned_since: null, time_asked: 0, decide_by: null });
    expect([is(10, 1), is(1000, 1), is(0, 0)]).toEqual([0.1, 0.001, null]);
  });
});

it("draws on the map what is due in the window, what is overdue at its edge, a row for each unit", () => {
  const map = placed([line("b", { unit: "un_2", due: at("11:00") }), line("a", { unit: "un_1", due: at("09:00") }), line("old", { due: at("03:00"), accepted_at: at("02:00"), promised: null }), line("far", { due: "2026-01-09T00:00:00Z" }), line("none", { due: null })], 8, ms("10:00"));
  expect(map.rows).toEqual([null, "un_1", "un_2"]);
  expect(map.points.map(({ order, row }) => [order.number, row])).toEqual([["old", 0], ["a", 1], ["b", 2]]);
  expect([map.overdue, map.later]).toEqual([2, 1]);
  expect(map.points.every((point) => point.at > map.from && point.at < map.until)).toBe(true);
});

describe("a new order", () => {
  const subtypes = [subtype("request.other", { kind: "request", reasons: ["G"] }), subtype("fault.leak", { reasons: ["G0101"], danger: true }), subtype("fault.no_gas", { reasons: ["G01", "G0102"] }), subtype("fault.old", { reasons: ["G010101"], retired: true }), subtype("report.theft", { kind: "report", confidential: true, reasons: ["G08"] })];

  it.each([
    ["G010101", "fault.leak"],
    ["G0102", "fault.no_gas"],
    ["G0199", "fault.no_gas"],
    ["G09", "request.other"],
    ["P01", undefined],
    [null, undefined],
  ])("of the reason %s is proposed as %s", (reason, code) => {
    expect(subtypeFor(reason, subtypes)?.code).toBe(code);
  });

  const customer = {
    id: "cu_1", kind: "person", name: "王**", masked: true, archived: null, merged_into: null, version: 1, created_at: at("08:00"), changed_at: at("08:00"), allowed: [],
    flags: [{ flag: "life_support", reason: "呼吸机", since: at("08:00"), set_by: null }],
    contacts: [{ id: "ct_1", number: "138****5678", label: "", preferred: true, source: "entered", verified: null }],
    accounts: [
      { id: "ac_0", number: "1", utility: "gas", class: "residential", address: "旧址", parts: null, premises: "", opened_year: null, closed_at: at("08:00"), meters: [] },
      { id: "ac_1", number: "2", utility: "gas", class: "residential", address: "青岚区梧桐路 8 号", parts: { area: "青岚区", road: "", community: "", building: "", unit: "", room: "" }, premises: "", opened_year: null, closed_at: null, meters: [] },
    ],
  } as unknown as NonNullable<CallCustomer["customer"]>;
  const of: CallCustomer = { match: "one", own: true, number: "13800005678", number_known: true, customer, choices: [], last_contact: null };
  const draft = { reason: "G010101", notes: " 厨房有异味 ", fields: { scope: "home" }, contact: "", customer: null };

  it("begins with what the record and the customer say, and never with what is masked", () => {
    const matter = prefill({ call: "ca_1", agent: "pe_1", draft, of }, subtypes);
    expect(matter).toMatchObject({ kind: "fault", subtype: "fault.leak", channel: "phone", call: "ca_1", customer: "cu_1", content: "厨房有异味", fields: { scope: "home" }, address: "青岚区梧桐路 8 号", area: "青岚区", contact: { name: "", phone: "13800005678" }, important_customer: true, danger: true, urgency: "urgent", about: null });
  });

  it("calls back where the caller asked for it, and begins empty without a call", () => {
    expect(prefill({ call: "ca_1", draft: { ...draft, contact: "055388812345" }, of }, subtypes).contact.phone).toBe("055388812345");
    expect(prefill({}, subtypes)).toMatchObject({ channel: "counter", subtype: "", call: null, contact: { name: "", phone: "" } });
  });

  it("is confidential where its kind is", () => {
    expect(prefill({ draft: { ...draft, reason: "G0801" } }, subtypes)).toMatchObject({ kind: "report", privacy: "confidential", danger: false });
  });
});

describe("an act", () => {
  const fault = { state: "in_work", kind: "fault" } as const;
  it("is ready when it says what it must", () => {
    const { asks } = formOf("give_result", fault);
    const begun = beginning(asks, at("10:00"), "张磊");
    expect(isReady(asks, begun)).toBe(false);
    const said = { ...begun, cause: "阀门密封圈老化", action: "更换密封圈并检漏合格" };
    expect(isReady(asks, said)).toBe(true);
    expect(actOf("give_result", said)).toEqual({ act: "give_result", result: { cause: "阀门密封圈老化", action: "更换密封圈并检漏合格", done_at: at("10:00"), person: "张磊", told: "", evidence: "", substantiated: null } });
  });

  it("asks of a complaint whether it was so, and of a closed call-back for the rating", () => {
    expect(formOf("give_result", { state: "in_work", kind: "complaint" }).asks.map(({ key }) => key)).toContain("substantiated");
    expect(formOf("close", { state: "to_call_back", kind: "fault" }).asks.map(({ key }) => key)).toEqual(["satisfaction", "note"]);
    expect(formOf("close", { state: "accepted", kind: "fault" }).asks.map(({ key }) => key)).toEqual(["note"]);
    expect(actOf("extend", { more: "working_days:3", reason: "配件未到" })).toEqual({ act: "extend", by: { working_days: 3 }, reason: "配件未到" });
    expect(actOf("merge", { master: "20260105-0001" }, "wo_1")).toEqual({ act: "merge", master: "wo_1" });
  });

  it("that comes next is the button one looks for; what is barred never is", () => {
    const { main, often, rare } = sorted([{ act: "note" }, { act: "void" }, { act: "give_result" }, { act: "arrive" }, { act: "take", barred: "not_your_unit" }, { act: "attach" }]);
    const asks = (barred?: string) => sorted([{ act: "ask_time", ...(barred ? { barred } : {}) }, { act: "refuse_time", barred: "nothing_to_answer" }]);
    expect([asks().often.length, asks("no_more_time").rare.length]).toEqual([1, 1]);
    expect([main?.act, often.map(({ act }) => act), rare.map(({ act }) => act)]).toEqual(["arrive", ["take", "give_result", "note"], ["void"]]);
  });

  it("reads in the history as it was said", () => {
    const step = { seq: 2, at: at("10:00"), who: null, from: "accepted", to: "dispatched", unit: "un_1" } as const;
    expect(saidIn({ ...step, verb: "dispatch", act: { act: "dispatch", unit: "un_1", note: "带检漏仪", binding: true } })).toMatchObject({ words: ["带检漏仪"], unit: "un_1", terms: ["ask.binding"] });
    expect(saidIn({ ...step, verb: "send_back", act: { act: "send_back", reason: "not_ours", note: "属于户内安装" } })).toMatchObject({ words: ["属于户内安装"], terms: ["return_reason.not_ours"] });
    expect(saidIn({ ...step, verb: "suspend", act: { act: "suspend", until: "2026-01-07", reason: "等配件" } })).toMatchObject({ words: ["等配件"], day: "2026-01-07", at: null });
    expect(saidIn({ ...step, verb: "ask_time", act: { act: "ask_time", by: { working_days: 2 }, reason: "等待检定", told_customer: true, told: "客户同意" } })).toMatchObject({ words: ["等待检定", "客户同意"], limit: { working_days: 2 }, terms: ["ask.told_said"] });
    expect(saidIn({ ...step, verb: "accept", act: null }).words).toEqual([]);
  });
});

it("offers units that are there, and what stood below a retired one", () => {
  const unit = (id: string, parent: string | null, retired = false) => ({ id, parent, kind: "team" as const, code: id, name: id, external: false, retired });
  expect(unitTree([unit("a", null), unit("b", "a", true), unit("c", "b"), unit("d", "a")])).toEqual([
    { value: "a", title: "a", children: [{ value: "d", title: "d" }] },
    { value: "c", title: "c" },
  ]);
});

describe("where somebody's day with orders begins", () => {
  const nobody = { read: false, file: false, handle: false, dispatch: false };
  it.each([
    ["an agent", { ...nobody, read: true, file: true }, "mine", 9],
    ["whoever dispatches", { ...nobody, read: true, file: true, dispatch: true }, "to_dispatch", 10],
    ["a department", { ...nobody, handle: true }, "units", 3],
    ["who gives more time", { ...nobody, read: true, extend: true }, "all", 9],
    ["a manager", { ...nobody, read: true }, "all", 8],
  ] as const)("%s", (_, rights, first, views) => {
    expect([firstView(rights), viewsOf(rights).length]).toEqual([first, views]);
    expect(viewsOf(rights)).toContain(first);
  });
});
