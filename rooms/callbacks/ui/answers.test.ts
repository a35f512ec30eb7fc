// What is asked for, and what follows, as a table.
import { describe, expect, test } from "vitest";
import { follows, lacks, NOTHING, type Draft } from "./answers";

const draft = (patch: Partial<Draft>): Draft => ({ ...NOTHING, ...patch });

describe("answers", () => {
  test.each<[string, Partial<Draft>, string[]]>([
    ["nothing yet", {}, ["satisfaction"]],
    ["satisfied", { satisfaction: "satisfied" }, []],
    ["would not say", { satisfaction: "not_rated" }, []],
    ["another time without the time", { satisfaction: "fair", arrival: { came: "at", at: "" } }, ["arrival"]],
    ["unsatisfied", { satisfaction: "dissatisfied" }, ["reason", "verbatim"]],
    ["not solved, however satisfied", { satisfaction: "satisfied", solved: false }, ["reason", "verbatim"]],
    ["slow, in the customer's words", { satisfaction: "dissatisfied", reason: "slow", verbatim: "等了两天" }, []],
    ["policy wants an explanation", { satisfaction: "dissatisfied", reason: "policy", verbatim: "不该收费" }, ["explained"]],
  ])("%s", (_, patch, missing) => {
    expect(lacks(draft(patch))).toEqual(missing);
  });

  test.each<[Partial<Draft>, boolean, string | null]>([
    [{}, false, null],
    [{ satisfaction: "fair" }, false, "closed"],
    [{ satisfaction: "very_dissatisfied" }, false, null],
    [{ satisfaction: "very_dissatisfied", reason: "attitude" }, false, "reopened"],
    [{ satisfaction: "very_dissatisfied", reason: "attitude" }, true, "supervised"],
    [{ satisfaction: "dissatisfied", reason: "policy" }, true, "explained"],
  ])("%j again=%s → %s", (patch, again, ending) => {
    expect(follows(draft(patch), again)).toBe(ending);
  });
});
