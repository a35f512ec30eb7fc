import { expect, test } from "vitest";
import type { Item, Verdict } from "./api";
import { moved, nextOpen, permitted, progress } from "./verify";

const accepted: Verdict = { is: "accepted", by: "pe_1", at: "2026-01-05T08:00:00Z" };
const queried: Verdict = { is: "queried", by: "pe_1", at: "2026-01-05T08:00:00Z", question: "?", answer: null };
const item = (about: string, verdict: Verdict | null = null) => ({ about, verdict }) as Item;

test("J and K go one by one and stay on the list", () => {
  const items = [item("a"), item("b"), item("c")];
  expect(moved(items, null, 1)).toBe("a");
  expect(moved(items, null, -1)).toBe("c");
  expect(moved(items, "a", 1)).toBe("b");
  expect(moved(items, "c", 1)).toBe("c");
  expect(moved(items, "a", -1)).toBe("a");
  expect(moved([], "a", 1)).toBeNull();
});

test("after a word on one, the next that nobody has said anything of", () => {
  const items = [item("a"), item("b", accepted), item("c", queried), item("d")];
  expect(nextOpen(items, "a")).toBe("d");
  expect(nextOpen(items, "d")).toBe("a");
  expect(nextOpen([item("a", accepted)], "a")).toBe("a");
  expect(progress(items)).toEqual({ accepted: 1, queried: 1, left: 2 });
});

test("an act is absent, open, or greyed with its reason", () => {
  const allowed = [
    { act: "accept" as const, barred: null },
    { act: "sign_in" as const, barred: { code: "unverified", left: 2 } },
  ];
  expect(permitted(allowed, "write")).toEqual({ shown: false, barred: null });
  expect(permitted(allowed, "accept")).toEqual({ shown: true, barred: null });
  expect(permitted(allowed, "sign_in").barred).toEqual({ code: "unverified", left: 2 });
});
