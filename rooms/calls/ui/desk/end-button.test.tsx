// The button that ends a call only when it is meant.
import { act, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { EndButton, HOLD_MS } from "./end-button";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const show = (disabled = false) => {
  const onEnd = vi.fn();
  render(<EndButton disabled={disabled} why="not now" onEnd={onEnd} />);
  return { onEnd, button: screen.getByRole("button") };
};
const wait = (ms: number) => act(() => vi.advanceTimersByTime(ms));

it("ends the call when it has been held long enough, once", () => {
  const { onEnd, button } = show();
  fireEvent.pointerDown(button);
  wait(HOLD_MS - 10);
  expect(onEnd).not.toHaveBeenCalled();
  wait(2_000);
  expect(onEnd).toHaveBeenCalledTimes(1);
});

it("does nothing when it is let go early", () => {
  const { onEnd, button } = show();
  fireEvent.pointerDown(button);
  wait(HOLD_MS / 2);
  fireEvent.pointerUp(button);
  wait(2_000);
  expect(onEnd).not.toHaveBeenCalled();
});

it("is held with the keyboard too, and key repetition does not begin anew", () => {
  const { onEnd, button } = show();
  fireEvent.keyDown(button, { key: "Enter" });
  fireEvent.keyDown(button, { key: "Enter", repeat: true });
  wait(HOLD_MS);
  expect(onEnd).toHaveBeenCalledTimes(1);
});

it("says why it cannot be used", () => {
  const { onEnd, button } = show(true);
  fireEvent.pointerDown(button);
  wait(2_000);
  expect(onEnd).not.toHaveBeenCalled();
  expect(button.getAttribute("title")).toBe("not now");
});

it("is held by its key, too, wherever the hands are", () => {
  const { onEnd } = show();
  fireEvent.keyDown(document.body, { key: "F10" });
  wait(HOLD_MS / 2);
  fireEvent.keyUp(document.body, { key: "F10" });
  wait(2_000);
  expect(onEnd).not.toHaveBeenCalled();
  fireEvent.keyDown(document.body, { key: "F10" });
  fireEvent.keyDown(document.body, { key: "F10", repeat: true });
  wait(HOLD_MS);
  expect(onEnd).toHaveBeenCalledTimes(1);
});
