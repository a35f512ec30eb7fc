import { describe, expect, it } from "vitest";
import { declared, used } from "./fields";

describe("the fields of a text", () => {
  it("stand between braces, once each", () => {
    expect(used("【公司】因{reason}推迟至{new_time}，{reason}。", "{number}")).toEqual(["reason", "new_time", "number"]);
    expect(used("{} {Reason} { a } {a")).toEqual([]);
  });
  it("keep what is known of them", () => {
    const known = [{ key: "a", label: "甲", example: "1", most: 9 }];
    expect(declared(["b", "a"], known)).toEqual([{ key: "b", label: "", example: "", most: 40 }, known[0]]);
  });
});
