// Numbers as somebody pastes them.
import { expect, test } from "vitest";
import { numbersIn } from "./numbers";

test("one to a line or between commas, each once", () => {
  expect(numbersIn(" 138 0000 0001\n13800000002，13800000003;13800000002\n\n")).toEqual(["138 0000 0001", "13800000002", "13800000003"]);
  expect(numbersIn("")).toEqual([]);
});
