// In which order entries go out, and what becomes of them: nothing lost, nothing sent past one that was refused.
import { describe, expect, it } from "vitest";
import { again, answered, aside, held, meaning, mended, next, open, rested, sending, tally, wakeIn, WAITING } from "./queue";
import type { Entry, Standing } from "./types";

const REFUSED: Standing = { is: "refused", why: { status: 422, code: "work_orders.impossible_time", params: {} } };
const RESTS: Standing = { is: "waiting", tries: 3, after: 9_000 };
const ASIDE: Standing = { is: "aside", why: null };
const OUT: Standing = { is: "waiting", tries: 1, after: 0 };

function entry(seq: number, order: string, standing: Standing = WAITING): Entry {
  return { seq, token: `t${seq}`, order, number: "20261122-0001", made: "2026-11-22T07:00:00Z", what: { act: "note", text: "到了" }, standing };
}

describe("next", () => {
  const check = (entries: Entry[], wanted: number | null) => expect(next(entries, 5_000)?.seq ?? null).toBe(wanted);

  it("is the first that was entered, whatever the order in which they are read", () => {
    check([entry(3, "a"), entry(1, "a"), entry(2, "b")], 1);
  });
  it("holds what is behind a refused one, of that order only", () => {
    check([entry(1, "a", REFUSED), entry(2, "a"), entry(3, "b")], 3);
    check([entry(1, "a", REFUSED), entry(2, "a")], null);
  });
  it("holds what is behind a resting one: a result never comes before its arrival", () => {
    check([entry(1, "a", RESTS), entry(2, "a"), entry(3, "b")], 3);
  });
  it("goes past what was put aside", () => {
    check([entry(1, "a", ASIDE), entry(2, "a")], 2);
  });
  it("is nothing when nothing waits", () => check([], null));
});

it("tells which ones wait for a refused one", () => {
  expect(held([entry(1, "a", REFUSED), entry(2, "a"), entry(3, "b"), entry(4, "a", ASIDE)])).toEqual(new Set([2]));
});

describe("answered", () => {
  const check = (answer: Parameters<typeof answered>[1], wanted: Standing | null) => expect(answered(entry(1, "a", OUT), answer, 1_000, 0.5)?.standing ?? null).toEqual(wanted);

  it("leaves only when the server has it", () => check({ is: "done" }, null));
  it("keeps a refusal with its reason", () => check({ is: "refused", why: { status: 409, code: "work_orders.wrong_state", params: {} } }, { is: "refused", why: { status: 409, code: "work_orders.wrong_state", params: {} } }));
  it("has not been tried when nobody is signed in, or somebody else", () => {
    check({ is: "signed_out" }, WAITING);
    check({ is: "other" }, WAITING);
  });
  it("rests after a lost answer", () => check({ is: "lost" }, { is: "waiting", tries: 1, after: 2_000 }));
  it("rests longer each time, a minute at most", () => {
    let one = entry(1, "a");
    const rests = Array.from({ length: 9 }, () => {
      one = answered(sending(one), { is: "lost" }, 0, 0.5) ?? one;
      return one.standing.is === "waiting" ? one.standing.after / 1000 : null;
    });
    expect(rests).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });
});

it.each([
  [0, "app.unreachable", "lost"],
  [502, "app.http_502", "lost"],
  [500, "web.internal", "lost"],
  [429, "web.too_many", "lost"],
  [409, "web.changed_meanwhile", "lost"],
  [401, "web.sign_in_first", "signed_out"],
  [401, "app.http_401", "signed_out"],
  [409, "web.other_person", "other"],
  [413, "app.http_413", "refused"],
  [403, "web.forbidden", "refused"],
  [404, "web.not_found", "refused"],
  [409, "work_orders.wrong_state", "refused"],
  [413, "web.too_large", "refused"],
  [422, "work_orders.result_says_nothing", "refused"],
])("%i %s is %s", (status, code, wanted) => expect(meaning({ status, code, params: {} }).is).toBe(wanted));

describe("words", () => {
  const other = { act: "note", text: "改过" } as const;
  it("may be changed until it has gone out", () => expect(mended(entry(1, "a"), other)).toMatchObject({ what: other, standing: WAITING, token: "t1" }));
  it("may not be changed after that, for the server may have it", () => {
    const out = sending(entry(1, "a"));
    expect(open(out)).toBe(false);
    expect(mended(out, other)).toBe(out);
    expect(aside(out)).toBe(out);
  });
  it("may be changed after a refusal", () => expect(mended(entry(1, "a", REFUSED), other).standing).toEqual(WAITING));
  it("may be put aside when the server stumbles over them again and again, and stay what may have arrived", () => {
    const sent = (tries: number) => entry(1, "a", { is: "waiting", tries, after: 9_000 });
    expect(aside(sent(4)).standing.is).toBe("waiting");
    const put = aside(sent(5));
    expect(put.standing).toEqual({ is: "aside", why: null, tries: 5 });
    expect(open(put)).toBe(false);
    expect(mended(put, other)).toBe(put);
    expect(again(put)).toMatchObject({ token: "t1", what: sent(5).what, standing: { is: "waiting", tries: 5, after: 0 } });
    expect(again(entry(1, "a", REFUSED)).standing).toEqual(WAITING);
  });
  it("keep the reason when they are put aside", () => expect(aside(entry(1, "a", REFUSED)).standing).toEqual({ is: "aside", why: REFUSED.is === "refused" ? REFUSED.why : null }));
});

it("ends every rest when the network is back", () => {
  expect(rested(entry(1, "a", RESTS)).standing).toEqual({ ...RESTS, after: 0 });
  const fresh = entry(2, "a");
  expect(rested(fresh)).toBe(fresh);
});

it("rests no longer than a rest when the clock is set back", () => {
  const ahead: Standing = { is: "waiting", tries: 1, after: 3_600_000 };
  expect(next([entry(1, "a", ahead)], 5_000)?.seq).toBe(1);
  expect(wakeIn([entry(1, "a", ahead)], 5_000)).toBe(0);
});

it("wakes for the first that has rested", () => {
  expect(wakeIn([entry(1, "a", RESTS), entry(2, "b", REFUSED)], 4_000)).toBe(5_000);
  expect(wakeIn([entry(2, "b", REFUSED)], 4_000)).toBeNull();
});

it("counts", () => expect(tally([entry(1, "a"), entry(2, "a", REFUSED), entry(3, "b", ASIDE), entry(4, "b")])).toEqual({ waiting: 2, refused: 1, aside: 1 }));
