// How long something lasts is written in one way on all screens.
import { afterAll, describe, expect, it } from "vitest";
import { span } from "./format";
import { setLanguage } from "./i18n";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
afterAll(() => setLanguage("zh-CN"));

describe.each([
  ["nothing", 0, "<1 分", "<1 min", "00:00"],
  ["half a minute", 30_000, "<1 分", "<1 min", "00:30"],
  ["minutes", 12 * MINUTE + 3_000, "12 分", "12 min", "12:03"],
  ["hours", 200 * MINUTE, "3 小时 20 分", "3 h 20 min", "3:20:00"],
  ["too late by as much", -75 * MINUTE, "1 小时 15 分", "1 h 15 min", "1:15:00"],
  ["from ten hours on without minutes", 11 * HOUR + 5 * MINUTE, "11 小时", "11 h", "11:05:00"],
  ["a day and some hours", 26 * HOUR, "1 天 2 小时", "1 d 2 h", "26:00:00"],
  ["a second less than two days", 2 * DAY - 1_000, "1 天 23 小时", "1 d 23 h", "47:59:59"],
  ["two days and some hours", 2 * DAY + 3 * HOUR + 40 * MINUTE, "2 天 3 小时", "2 d 3 h", null],
  ["whole days", -3 * DAY, "3 天", "3 d", null],
  ["a day and some minutes", DAY + 5 * MINUTE, "1 天", "1 d", "24:05:00"],
] as const)("%s", (_, ms, zh, en, ticking) => {
  it("is said in both languages, and ticks where days do not say enough", async () => {
    expect([span(ms), span(ms, "seconds")]).toEqual([zh, ticking ?? zh]);
    await setLanguage("en");
    expect([span(ms), span(ms, "seconds")]).toEqual([en, ticking ?? en]);
    await setLanguage("zh-CN");
  });
});

it("says nothing of what is unknown", () => expect(span(Number.NaN)).toBe("—"));
