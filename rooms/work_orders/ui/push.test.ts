// What a browser has missed, by the place up to which it knows.
import { expect, it } from "vitest";
import { missed, type Picture } from "./push";

const picture: Picture = { from: 10, place: 20, orders: [{ place: 12, order: "wo_1" }, { place: 15, order: "wo_2" }, { place: 20, order: "wo_1" }] };

it.each([
  ["nothing is known yet", null, "any"],
  ["away for longer than is named", 9, "any"],
  ["at the beginning of what is named", 10, ["wo_1", "wo_2"]],
  ["in the middle", 15, ["wo_1"]],
  ["up to date", 20, []],
])("%s", (_, known, expected) => {
  const found = missed(known as number | null, picture);
  expect(found === "any" ? found : [...found]).toEqual(expected);
});
