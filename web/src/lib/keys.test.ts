// Which keys may be chosen for the desk, and how they are written.
import { expect, it } from "vitest";
import { DEFAULT_KEYS, keyLabel, keyOf, taken, unfit } from "./keys";

const press = (key: string, held: Partial<Record<"ctrlKey" | "altKey" | "shiftKey" | "metaKey", boolean>> = {}) => keyOf({ key, ctrlKey: false, altKey: false, shiftKey: false, metaKey: false, ...held });

it.each([
  [press("F2"), "F2"],
  [press("Enter", { ctrlKey: true }), "ctrl+Enter"],
  [press("K", { ctrlKey: true, shiftKey: true }), "ctrl+shift+k"],
  [press("Control", { ctrlKey: true }), ""],
])("%s", (got, wanted) => expect(got).toBe(wanted));

it.each([
  ["F4", null],
  ["alt+q", null],
  ["ctrl+ ", "input_method"],
  ["ctrl+shift+a", "input_method"],
  ["a", "plain"],
  ["ctrl+w", "browser"],
  ["Escape", "browser"],
] as const)("%s is %s", (key, why) => expect(unfit(key)).toBe(why));

it("leaves none of the keys it comes with to chance", () => {
  for (const key of Object.values(DEFAULT_KEYS)) expect(unfit(key), key).toBeNull();
  expect(new Set(Object.values(DEFAULT_KEYS)).size).toBe(Object.keys(DEFAULT_KEYS).length);
});

it("says who has a key already", () => {
  expect(taken(DEFAULT_KEYS, "mute", "F4")).toBe("hold");
  expect(taken(DEFAULT_KEYS, "hold", "F4")).toBeUndefined();
});

it("writes keys as they stand on a keyboard", () => {
  expect(keyLabel("ctrl+Enter")).toBe("Ctrl ↵");
  expect(keyLabel("alt+o")).toBe("Alt O");
});
