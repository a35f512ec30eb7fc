import { expect, test } from "vitest";
import type { LogLine } from "./api";
import { byHour, threaded } from "./log";

const line = (id: string, at: string, corrects?: string) => ({ id, at: `2026-01-05T${at}Z`, what: "note", ...(corrects ? { corrects } : {}) }) as LogLine;

test("hours are counted from the beginning of the shift", () => {
  const counts = [{ hour: "2026-01-05T01:30:00Z", what: "accepted", count: 3 }];
  const hours = byHour([line("1", "00:31:00"), line("2", "01:29:59"), line("3", "02:29:00")], counts, "2026-01-05T00:30:00Z");
  expect(hours.map((hour) => [new Date(hour.hour).toISOString().slice(11, 16), hour.lines.map((one) => one.id).join(), hour.counts.length])).toEqual([
    ["00:30", "1,2", 0],
    ["01:30", "3", 1],
  ]);
});

test("a correction stands below what it corrects", () => {
  const lines = [line("1", "00:31:00"), line("2", "00:31:00", "1"), line("3", "00:40:00", "9")];
  expect(threaded(lines).map(({ line: one, corrections }) => [one.id, corrections.map((other) => other.id).join()])).toEqual([
    ["1", "2"],
    ["3", ""],
  ]);
});
