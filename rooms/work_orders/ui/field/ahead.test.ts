// What a telephone shows before the server has been asked.
import { expect, it } from "vitest";
import { ahead, foremost, sorted } from "./ahead";
import { WAITING } from "./queue";
import { sample } from "./sample";
import type { Entry, Standing, What } from "./types";

function entries(...acts: (What | [What, Standing])[]): Entry[] {
  return acts.map((act, i) => {
    const [what, standing] = Array.isArray(act) ? act : [act, WAITING];
    return { seq: i + 1, token: `t${i}`, order: "wo_1", number: "20261122-0001", made: "2026-11-22T07:30:00Z", what, standing };
  });
}
const ARRIVE: What = { act: "arrive", at: "2026-11-22T07:40:00Z", place: null };
const RESULT: What = { act: "give_result", result: { cause: "软管老化", action: "更换软管，保压十分钟", done_at: "2026-11-22T08:10:00Z", person: "丁大伟", told: "", evidence: "", substantiated: null } };
const PHOTO: What = { file: "photo", name: "1.jpg", mime: "image/jpeg", bytes: 3 };

const offered = (order: ReturnType<typeof ahead>) => order.allowed.filter(({ barred }) => !barred).map(({ act }) => act);

it("is the server's word when nothing waits", () => {
  const order = sample();
  expect(ahead(order, entries())).toBe(order);
  expect(ahead(order, entries([ARRIVE, { is: "refused", why: { status: 422, code: "x", params: {} } }]))).toBe(order);
});

it("walks from taking to the result without a network", () => {
  const order = sample({ state: "dispatched", allowed: [{ act: "take" }, { act: "send_back", barred: "bound" }, { act: "note" }, { act: "attach" }] });
  const taken = ahead(order, entries({ act: "take" }));
  expect([taken.state, foremost(taken)]).toEqual(["taken", "arrive"]);
  expect(taken.allowed).toContainEqual({ act: "send_back", barred: "bound" });
  const there = ahead(order, entries({ act: "take" }, ARRIVE, PHOTO));
  expect([there.state, there.arrived_at, there.left_at, foremost(there)]).toEqual(["arrived", ARRIVE.at, ARRIVE.at, "give_result"]);
  expect(offered(there)).toEqual(["begin", "estimate", "give_result", "contact", "note", "attach"]);
  const done = ahead(order, entries({ act: "take" }, ARRIVE, RESULT));
  expect([done.state, foremost(done), offered(done)]).toEqual(["result_given", null, ["note", "attach"]]);
});

it("offers leaving once", () => {
  expect(offered(ahead(sample(), entries({ act: "leave", at: "2026-11-22T07:20:00Z" })))).not.toContain("leave");
});

it("takes more time for asked, where the server lets it be asked for", () => {
  const ASK: What = { act: "ask_time", by: { working_days: 2 }, reason: "等待检定机构出具结果", told_customer: true, told: "客户同意" };
  const order = sample({ allowed: [...sample().allowed, { act: "ask_time" }] });
  const asked = ahead(order, entries(ASK));
  expect(asked.time_asked).toEqual({ by: ASK.by, reason: ASK.reason, due: null });
  expect(asked.allowed).toContainEqual({ act: "ask_time", barred: "asked_already" });
  const done = ahead(order, entries(ASK, RESULT));
  expect([done.time_asked, offered(done).includes("ask_time")]).toEqual([null, false]);
  expect(offered(ahead(sample(), entries({ act: "note", text: "x" })))).not.toContain("ask_time");
  const fault = sample({ allowed: [...sample().allowed, { act: "ask_time", barred: "no_more_time" }] });
  expect(ahead(fault, entries({ act: "begin" })).allowed).toContainEqual({ act: "ask_time", barred: "no_more_time" });
});

it("takes an urge for answered", () => {
  const urged = [{ at: "2026-11-22T07:20:00Z", by: "customer", words: "快来", promise: "", answer: null }];
  const order = sample({ urged, allowed: [...sample().allowed, { act: "answer_urge" }] });
  const then = ahead(order, entries({ act: "answer_urge", words: "已在路上" }));
  expect(then.urged[0]?.answer).toBe("已在路上");
  expect(then.allowed).toContainEqual({ act: "answer_urge", barred: "nothing_to_answer" });
});

it("puts danger first, then what is due next; what waits for others last", () => {
  const line = (state: string, danger: boolean, due: string | null) => ({ state, danger, due });
  const lines = [line("result_given", true, "2026-11-22T07:00:00Z"), line("taken", false, null), line("taken", false, "2026-11-22T08:00:00Z"), line("arrived", true, "2026-11-22T09:00:00Z")];
  expect(sorted(lines)).toEqual([lines[3], lines[2], lines[1], lines[0]]);
});
