// Drawing a flow, and finding a node in its source.
import { describe, expect, it } from "vitest";
import { lineOf, NODE_H, NODE_W, place } from "./layout";

const node = (name: string) => ({ name, kind: "say", label: "" });
const edge = (from: string, to: string) => ({ from, to, label: "" });

describe("the drawn flow", () => {
  it("stands in columns by the shortest way", () => {
    const placed = place({ start: "a", nodes: ["a", "b", "c", "d"].map(node), edges: [edge("a", "b"), edge("a", "c"), edge("b", "d"), edge("c", "d"), edge("d", "a")] });
    const column = Object.fromEntries(placed.map((p) => [p.name, p.x]));
    expect(column).toEqual({ a: 0, b: column.c, c: column.b, d: (column.b ?? 0) * 2 });
  });

  it("never lays two nodes on one another", () => {
    const names = Array.from({ length: 40 }, (_, i) => `n${i}`);
    const placed = place({ start: "n0", nodes: names.map(node), edges: names.slice(1).map((name, i) => edge(`n${Math.floor(i / 3)}`, name)) });
    for (const a of placed) for (const b of placed) if (a !== b) expect(Math.abs(a.x - b.x) >= NODE_W || Math.abs(a.y - b.y) >= NODE_H).toBe(true);
  });

  it("draws what nothing leads to, and ways to nodes that do not exist do no harm", () => {
    const placed = place({ start: "gone", nodes: ["a", "b"].map(node), edges: [edge("a", "nowhere")] });
    expect(placed.map((p) => p.name)).toEqual(["a", "b"]);
  });
});

describe("a node's line", () => {
  const source = 'name = "hotline"\n\n[[flow.node]]\nname = "top"\nmenu = "…"\n';
  it("is where it is named", () => expect(lineOf(source, "top")).toBe(4));
  it("of a step in place is its holder's", () => expect(lineOf(source, "top/1.2")).toBe(4));
  it("is unknown for what is not there", () => expect(lineOf(source, "bottom")).toBeNull());
});
