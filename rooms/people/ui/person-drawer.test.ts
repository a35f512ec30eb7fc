// Skills as people type them.
import { expect, it } from "vitest";
import { parseSkills, writeSkills } from "./person-drawer";

it("reads a skill with its level, and gives one without the middle level", () => {
  expect(parseSkills(["泄漏 7", "English", "billing9", "  "])).toEqual({ 泄漏: 7, English: 5, billing: 9 });
});

it("reads back what it writes", () => {
  const skills = { 泄漏: 7, English: 5 };
  expect(parseSkills(writeSkills(skills))).toEqual(skills);
});
