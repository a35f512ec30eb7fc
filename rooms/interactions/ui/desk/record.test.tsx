// The record at the desk: nothing typed is lost, by no input method, no crash and no second page; and it says when it is kept.
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ME, server, show, type Asked } from "../../../../web/src/test/page";
import { EMPTY, type Draft, type RecordView, type Tree } from "../api";
import { forgetStores } from "./draft";
import DeskRecord from "./record";
import Script from "./script";

const words = (zh: string) => ({ zh, en: "" });
const bare = { fields: [], points: [], closable: null, order: null, retired: false };
const TREE: Tree = {
  version: 3,
  opening: [{ key: "greet", title: words("问候并报工号"), say: words("您好，请问有什么可以帮您？") }],
  closing: [],
  reasons: [
    { ...bare, code: "G02", parent: null, title: words("停气"), pinyin: "ting qi", initials: "tq" },
    { ...bare, code: "G0201", parent: "G02", title: words("停气查询"), pinyin: "ting qi cha xun", initials: "tqcx" },
    { ...bare, code: "G020101", parent: "G0201", title: words("何时恢复"), pinyin: "he shi hui fu", initials: "hshf", fields: [{ key: "estate", title: words("小区"), kind: "text", required: true, options: [] }], points: [{ key: "range", title: words("告知恢复时间"), say: words("预计四点恢复。") }] },
    { ...bare, code: "G020102", parent: "G0201", title: words("为什么停气"), pinyin: "wei shen me ting qi", initials: "wsmtq", closable: false },
  ],
};
const AT = "2026-01-05T02:27:41Z";
const record = (draft: Partial<Draft>, more: Partial<RecordView> = {}): RecordView => ({
  call: "ca_1",
  agent: "pe_1",
  direction: "in",
  number: "138****5678",
  at: AT,
  state: "draft",
  draft: { ...EMPTY, ...draft },
  tree: 0,
  edition: 0,
  overdue_at: null,
  completed_at: null,
  release: null,
  writer: "page",
  seq: 1,
  saved_at: AT,
  version: 1,
  allowed: ["save", "complete"],
  ...more,
});

/** The server keeps what it is sent, as long as nobody else has written. */
function centre(begin: RecordView | null, answers: Record<string, unknown> = {}): Asked[] {
  let own = begin;
  const keep = ({ body }: Asked) => {
    const { draft, writer, seq } = body as { draft: Draft; writer: string; seq: number };
    own = record(draft, { writer, seq, version: (own?.version ?? 0) + 1 });
    return { record: own, masked: [] };
  };
  return server({
    "GET /api/me": { ...ME, permissions: ["interactions.write"] },
    "GET /api/calls/desk": { at: AT, desk: { agent: "pe_1", desk: { state: "after_call" }, since: AT, call: "ca_1" } },
    "GET /api/interactions/reasons": TREE,
    "GET /api/interactions/reasons/used": { mine: ["G020102"], centre: [] },
    "GET /api/interactions/phrases": { version: 0, company: "", moments: [{ key: "greeting", title: words("开头"), texts: [words("您好，铜官燃气1001号。")] }], never: ["不知道"] },
    "GET /api/interactions/ca_1": () => ({ own, others: [], writable: true }),
    "PUT /api/interactions/ca_1/draft": keep,
    "POST /api/interactions/ca_1/complete": (asked: Asked) => {
      const { record: kept } = keep(asked);
      return { record: { ...kept, state: "complete" }, masked: [] };
    },
    "POST /api/calls/desk": {},
    ...answers,
  });
}
const open = () => show([{ path: "/", element: <><DeskRecord call="ca_1" state="after_call" /><Script call="ca_1" /></> }], "/");
const saves = (asked: Asked[]) => asked.filter(({ method, path }) => method === "PUT" && path.endsWith("/draft")).map(({ body }) => (body as { draft: Draft }).draft.notes);
const notes = () => screen.findByRole<HTMLTextAreaElement>("textbox", { name: "记录" });
const MIRROR = "interactions.draft.pe_1.ca_1";
const mirror = (draft: Partial<Draft>, version: number, writer: string, seq: number) => localStorage.setItem(MIRROR, JSON.stringify({ draft: { ...EMPTY, ...draft }, version, writer, seq, at: Date.now() }));

beforeEach(() => {
  // jsdom does not scroll.
  Element.prototype.scrollIntoView = () => undefined;
  forgetStores();
  localStorage.clear();
  vi.useFakeTimers({ shouldAdvanceTime: true });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
const user = () => userEvent.setup({ advanceTimers: (ms) => vi.advanceTimersByTimeAsync(ms).then(() => undefined) });

it("saves by itself every two seconds and says when", async () => {
  const asked = centre(null);
  open();
  fireEvent.change(await notes(), { target: { value: "客户询问" } });
  expect(saves(asked)).toEqual([]);
  await pass(2_100);
  await waitFor(() => expect(saves(asked)).toEqual(["客户询问"]));
  expect(await screen.findByText(/已自动保存/)).toBeTruthy();
  await pass(10_000);
  expect(saves(asked), "nothing new, nothing sent").toHaveLength(1);
});

it("keeps every keystroke of an input method", async () => {
  const asked = centre(null);
  open();
  const field = await notes();
  field.focus();
  fireEvent.compositionStart(field);
  for (const value of ["t", "ti", "ting", "tingq", "tingqi"]) {
    fireEvent.change(field, { target: { value } });
    await pass(1_500);
    expect(field.value).toBe(value);
  }
  expect(saves(asked), "half a word is not saved").toEqual([]);
  fireEvent.change(field, { target: { value: "停气" } });
  fireEvent.compositionEnd(field);
  await pass(2_100);
  await waitFor(() => expect(saves(asked)).toEqual(["停气"]));
  // Typed on while the answer was on its way.
  fireEvent.change(field, { target: { value: "停气，何时" } });
  expect(field.value).toBe("停气，何时");
});

it("does not let the server's answer touch what is being typed", async () => {
  let answer: ((value: unknown) => void) | undefined;
  centre(null);
  const real = fetch;
  vi.stubGlobal("fetch", (input: string, init: RequestInit = {}) => (init.method === "PUT" ? new Promise((resolve) => (answer = () => resolve(real(input, init)))) : real(input, init)));
  open();
  const field = await notes();
  fireEvent.change(field, { target: { value: "一" } });
  await pass(2_100);
  await waitFor(() => expect(answer).toBeDefined());
  fireEvent.change(field, { target: { value: "一二三" } });
  await act(async () => {
    answer?.(undefined);
    await vi.advanceTimersByTimeAsync(100);
  });
  expect(field.value).toBe("一二三");
});

it("brings back after a crash what the server had not got", async () => {
  mirror({ notes: "写到一半", reason: "G020101" }, 1, "page", 9);
  const asked = centre(record({ notes: "写到" }, { writer: "page", seq: 4, version: 5 }));
  open();
  expect((await notes()).value).toBe("写到一半");
  await pass(2_100);
  await waitFor(() => expect(saves(asked)).toEqual(["写到一半"]));
});

it("lets the agent choose when another page has written meanwhile", async () => {
  mirror({ notes: "这里写的" }, 1, "page", 9);
  const asked = centre(record({ notes: "那边写的" }, { writer: "another", version: 7 }));
  open();
  expect((await notes()).value).toBe("这里写的");
  expect((await screen.findAllByText(/那边写的/)).length).toBeGreaterThan(0);
  await pass(6_000);
  expect(saves(asked), "nothing is overwritten unasked").toEqual([]);
  fireEvent.click(screen.getByRole("button", { name: "用这里的" }));
  await waitFor(() => expect(saves(asked)).toEqual(["这里写的"]));
});

it("says so when the server cannot be reached, and sends it when it can", async () => {
  let down = true;
  const asked = centre(null);
  const real = fetch;
  vi.stubGlobal("fetch", (input: string, init: RequestInit = {}) => (down && init.method === "PUT" ? Promise.reject(new TypeError("offline")) : real(input, init)));
  open();
  fireEvent.change(await notes(), { target: { value: "断网时写的 6222021234567890123" } });
  await pass(2_100);
  expect(await screen.findByText(/连不上服务器/)).toBeTruthy();
  expect(localStorage.getItem(MIRROR)).toContain("断网时写的 ***************0123");
  down = false;
  await pass(5_100);
  await waitFor(() => expect(saves(asked)).toHaveLength(1));
  expect(await screen.findByText(/已自动保存/)).toBeTruthy();
});

it("is filled in by keyboard: pinyin, arrows, Enter; Ctrl+Enter completes and asks to be ready", async () => {
  const asked = centre(null, {});
  const keys = user();
  open();
  const search = await screen.findByRole("combobox", { name: "查找来电原因" });
  await keys.click(search);
  await keys.type(search, "tqcx");
  const list = await screen.findByRole("listbox");
  expect(within(list).getAllByRole("option").map((option) => option.textContent)).toEqual(["为什么停气停气 › 停气查询G020102", "何时恢复停气 › 停气查询G020101"]);
  fireEvent.keyDown(search, { key: "Enter", isComposing: true });
  expect(screen.queryByRole("listbox"), "Enter ends the word first").not.toBeNull();
  await keys.keyboard("{ArrowDown}{Enter}");
  expect(await screen.findByRole("button", { name: "何时恢复", pressed: true })).toBeTruthy();
  await keys.click(screen.getByRole("button", { name: "当场答复" }));
  await keys.click(screen.getAllByRole("checkbox", { name: "告知恢复时间" })[0] as HTMLElement);
  await keys.type(await screen.findByRole("textbox", { name: "小区" }), "幸福里");
  await keys.keyboard("{Control>}{Enter}{/Control}");
  await waitFor(() => expect(asked.some(({ path, body }) => path === "/api/calls/desk" && (body as { act?: string } | undefined)?.act === "ready")).toBe(true));
  const sent = asked.find(({ path }) => path.endsWith("/complete"))?.body as { draft: Draft };
  expect(sent.draft).toMatchObject({ reason: "G020101", result: "answered", fields: { estate: "幸福里" }, points: ["range"] });
  expect(await screen.findByText(/这次来电已登记完成/)).toBeTruthy();
  expect(localStorage.getItem(MIRROR)).toBeNull();
});

it("says at each field what it lacks, and stays", async () => {
  const asked = centre(record({ reason: "G020101" }), {
    "POST /api/interactions/ca_1/complete": { status: 422, code: "interactions.incomplete", params: { faults: [{ field: "result", why: "missing" }, { field: "fields.estate", why: "missing" }] } },
  });
  open();
  fireEvent.click(await screen.findByRole("button", { name: /保存并置闲/ }));
  await waitFor(() => expect(screen.getAllByRole("alert").filter((fault) => fault.textContent === "必填")).toHaveLength(2));
  expect(asked.some(({ path, method }) => path === "/api/calls/desk" && method === "POST")).toBe(false);
  fireEvent.change(screen.getByRole("textbox", { name: "小区" }), { target: { value: "幸福里" } });
  await waitFor(() => expect(screen.getAllByRole("alert").filter((fault) => fault.textContent === "必填")).toHaveLength(1));
});

it("ticks in the script what is ticked in the record, and says the next sentence", async () => {
  centre(record({ reason: "G020101" }));
  open();
  const steps = within(await screen.findByRole("list", { name: "本次来电的要点" }));
  expect(await steps.findByText("您好，请问有什么可以帮您？")).toBeTruthy();
  fireEvent.click(steps.getByRole("checkbox", { name: "问候并报工号" }));
  expect(await steps.findByText("预计四点恢复。")).toBeTruthy();
  expect(screen.getByText("要点 1/2")).toBeTruthy();
  expect(screen.getByText("您好，铜官燃气1001号。")).toBeTruthy();
});

it("shows naughty notes as text", async () => {
  const text = `<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>`;
  centre(record({ notes: text }, { state: "complete", allowed: [] }));
  open();
  expect(await screen.findByText(text)).toBeTruthy();
  expect(document.querySelector("img[src=x]")).toBeNull();
  expect((window as { pwned?: number }).pwned).toBeUndefined();
});

it("ends in what was chosen for after the call", async () => {
  const asked = centre(record({ result: "wrong_number" }), { "GET /api/calls/desk": { at: AT, desk: { agent: "pe_1", desk: { state: "after_call" }, since: AT, call: "ca_1", next: { state: "not_ready", reason: "short_break" } } } });
  open();
  fireEvent.click(await screen.findByRole("button", { name: /^保存并转为小休/ }));
  await waitFor(() => expect(asked.filter(({ path, method }) => path === "/api/calls/desk" && method === "POST").map(({ body }) => body)).toEqual([{ act: "not_ready", reason: "short_break" }, { act: "finish" }]));
});
