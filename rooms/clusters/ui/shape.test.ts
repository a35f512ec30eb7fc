import { expect, test } from "vitest";
import type { Node } from "./api";
import { branches, minutes, utilityOf } from "./shape";

const at = (time: string) => `2026-01-05T${time}Z`;

test("signals stand in their minutes, and minutes without any are there, too", () => {
  const drawn = minutes(
    [
      { at: at("08:00:10"), says: "nothing" },
      { at: at("08:00:50"), says: "no_supply" },
      { at: at("08:02:00"), says: "no_supply" },
    ],
    Date.parse(at("08:03:30")),
  );
  expect(drawn.at.map((one) => new Date(one).toISOString().slice(11, 16))).toEqual(["08:00", "08:01", "08:02", "08:03"]);
  expect(drawn.counts).toEqual({ nothing: [1, 0, 0, 0], no_supply: [1, 0, 1, 0], other: [0, 0, 0, 0] });
  expect(minutes([], Date.parse(at("08:03:30"))).at).toHaveLength(1);
});

test("places hang below what supplies them, the one with most households first", () => {
  const node = (key: string, parent: string | null, households: number): Node => ({ key, kind: "transformer", name: key, parent, customers: 100, households });
  const drawn = branches([node("t2", "l1", 5), node("t1", "l1", 2), node("l1", "s1", 7)]);
  expect(drawn.map(({ node, depth }) => `${depth} ${node.key}`)).toEqual(["0 l1", "1 t2", "1 t1"]);
});

test("of a street its key says what is off there", () => {
  expect(utilityOf([{ kind: "line", key: "el_1" }])).toBe("power");
  expect(utilityOf([{ kind: "riser", key: "el_1" }])).toBe("gas");
  expect(utilityOf([{ kind: "community", key: "community/gas/青岚区/鹤鸣里" }])).toBe("gas");
});
