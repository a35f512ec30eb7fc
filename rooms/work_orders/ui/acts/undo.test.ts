// An act that can be taken back for ten seconds is sent once: when they are over, or when the page is left.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { later, sendAll, takeBack, UNDO_MS } from "./undo";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it("is sent when its time is over, and cannot be taken back then", () => {
  const send = vi.fn();
  later("one", "wo_1", send);
  vi.advanceTimersByTime(UNDO_MS - 1);
  expect(send).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(send).toHaveBeenCalledTimes(1);
  expect(takeBack("one")).toBe(false);
});

it("is never sent when it was taken back", () => {
  const send = vi.fn();
  later("two", "wo_1", send);
  expect(takeBack("two")).toBe(true);
  vi.advanceTimersByTime(UNDO_MS * 2);
  sendAll();
  expect(send).not.toHaveBeenCalled();
});

it("is sent at once, and once, by who leaves the page", () => {
  const send = vi.fn();
  later("three", "wo_1", send);
  window.dispatchEvent(new Event("pagehide"));
  vi.advanceTimersByTime(UNDO_MS * 2);
  expect(send).toHaveBeenCalledTimes(1);
});
