// Who is affected is counted while one types, and not once more when one saves.
import { beforeEach, expect, test, vi } from "vitest";
import { api } from "@lib/api";
import { planOf, question, type Draft } from "./plan-form";

const draft: Draft = {
  plan: { utility: "gas", class: "fault", cause: "unknown", reason: "抢修", scope: "", unit: null, starts: "2026-01-05T00:00:00Z", ends: null, area: { text: "青岚区", elements: ["el_1"], places: [{ area: "", road: "", community: "", buildings: "" }], accounts: [] } },
  elements: [],
  numbers: "",
};
const asked = vi.spyOn(api, "post");
beforeEach(() => {
  asked.mockReset();
  asked.mockResolvedValue({ area: { ...draft.plan.area, accounts: ["ac_9"] } });
});

test("what names no account by number is sent as it is, without empty lines", async () => {
  expect((await planOf(draft)).area).toEqual({ ...draft.plan.area, places: [] });
  expect(asked).not.toHaveBeenCalled();
});

test("accounts that were found while typing are not looked up again", async () => {
  const numbers = "3300000001";
  const known = { asked: question({ ...draft, numbers }), accounts: ["ac_7"] };
  expect((await planOf({ ...draft, numbers, known })).area.accounts).toEqual(["ac_7"]);
  expect(asked).not.toHaveBeenCalled();
});

test("what was typed since is looked up", async () => {
  const known = { asked: question({ ...draft, numbers: "3300000001" }), accounts: ["ac_7"] };
  expect((await planOf({ ...draft, numbers: "3300000002", known })).area.accounts).toEqual(["ac_9"]);
  expect(asked).toHaveBeenCalledOnce();
});
