// The order of the organisation's tree, and what a search leaves of it.
import { describe, expect, it } from "vitest";
import { pathOf, rows, type Placed } from "./tree";

const unit = (id: string, parent: string | null, name: string, kind: Placed["kind"] = "team", retired = false): Placed => ({ id, parent, code: id, name, kind, retired });
const UNITS = [
  unit("TG", null, "铜官燃气", "branch"),
  unit("YL", "TG", "云麓区分公司", "branch"),
  unit("YL-QX", "YL", "云麓抢修班"),
  unit("QX", "TG", "抢险维修部", "department"),
  unit("QX2", "QX", "抢修二班"),
  unit("QX1", "QX", "抢修一班"),
  unit("QX9", "QX", "抢修九班", "team", true),
];
const show = (options?: Parameters<typeof rows>[1]) => rows(UNITS, options).map(({ unit, level }) => `${"·".repeat(level)}${unit.id}`).join(" ");

describe("the tree of units", () => {
  it("stands depth first, departments before branches", () => {
    expect(show()).toBe("TG ·QX ··QX1 ··QX2 ·YL ··YL-QX");
  });
  it("shows retired units when asked", () => {
    expect(show({ retired: true })).toContain("··QX9");
  });
  it("keeps what stands above a hit", () => {
    expect(show({ text: "云麓抢" })).toBe("TG ·YL ··YL-QX");
    expect(show({ text: "qx1" })).toBe("TG ·QX ··QX1");
    expect(show({ text: "没有" })).toBe("");
  });
  it("shows a unit whose parent may not be seen at the top", () => {
    expect(rows([unit("A", "gone", "甲")]).map(({ level }) => level)).toEqual([0]);
  });
  it("tells the way from the top", () => {
    expect(pathOf(UNITS, "QX1").map(({ id }) => id)).toEqual(["TG", "QX", "QX1"]);
    expect(pathOf(UNITS, "?")).toEqual([]);
  });
});
