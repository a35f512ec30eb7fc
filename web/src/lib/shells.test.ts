// In which of the shells a page is shown.
import { describe, expect, it } from "vitest";
import { arrange, placeOf, shellAt } from "./shells";

const items = [
  { path: "/calls/desk", group: "live", shells: ["desk"] },
  { path: "/calls", group: "look_up", shells: ["desk", "supervisor", "office"] },
  { path: "/calls/queues", group: "set_up" },
  { path: "/floor", group: "live" },
] as Parameters<typeof shellAt>[0];

describe("placeOf", () => {
  it("is the longest address that fits", () => {
    expect(placeOf(items, "/calls/queues")?.path).toBe("/calls/queues");
    expect(placeOf(items, "/calls/ca_1")?.path).toBe("/calls");
    expect(placeOf(items, "/callsign")).toBeUndefined();
  });
});

it.each([
  ["/calls/desk", "office", "desk"],
  ["/calls", "desk", "desk"],
  ["/calls/ca_1", "office", "office"],
  ["/calls", null, "desk"],
  ["/calls/queues", "desk", "office"],
  ["/floor", "desk", "supervisor"],
  ["/nothing", "office", "office"],
  ["/nothing", null, null],
] as const)("%s after %s is shown in %s", (path, last, shell) => {
  expect(shellAt(items, path, last)).toBe(shell);
});

describe("arrange", () => {
  const at = (...paths: string[]) => arrange(items.filter(({ path }) => paths.includes(path)));
  it("gives a shell to who has a place only there", () => {
    expect(at("/calls/desk", "/calls").shells).toEqual(["desk"]);
    expect(at("/calls", "/calls/queues", "/floor").shells).toEqual(["supervisor", "office"]);
  });
  it("leaves nothing out of reach", () => {
    expect(at("/calls").shells).toHaveLength(1);
    const { shells, placed } = arrange([...items.slice(0, 1), { path: "/recordings", group: "look_up" }] as typeof items);
    expect(shells).toEqual(["desk"]);
    expect(placed.map((place) => place.shells)).toEqual([["desk"], ["desk"]]);
  });
});
