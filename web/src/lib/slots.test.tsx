// Rooms meet in slots: one part or several with titles, in an order that all rooms agree on.
import { expect, it } from "vitest";
import { fillSlots } from "./slots";

const part = () => Promise.resolve({ default: () => null });

it("lists the parts of a slot by order, each with its room and its title", () => {
  const filled = fillSlots([
    { name: "outages", slots: { "desk.assist": part } },
    { name: "records", slots: { "desk.assist": [{ title: "desk.history", order: 90, load: part }, { title: "desk.script", order: 10, load: part }], "desk.record": part } },
    { name: "quiet" },
  ]);
  expect(filled["desk.assist"]?.map((filler) => filler.key)).toEqual(["records.desk.script", "outages.desk.tab", "records.desk.history"]);
  expect(filled["desk.record"]).toHaveLength(1);
  expect(filled["desk.customer"]).toBeUndefined();
});
