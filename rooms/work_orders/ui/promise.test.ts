// Whom no message reaches.
import { expect, it } from "vitest";
import { untoldUntil } from "./promise";

it("says until when a customer is to be called, until somebody has", () => {
  const contact = { rule: "untold", due: "2026-11-24T02:00:00Z", standing: "running" };
  expect(untoldUntil([{ rule: "T-G03", due: "2026-11-24T01:00:00Z", standing: "running" }, contact])).toBe(contact.due);
  expect(untoldUntil([{ ...contact, standing: "kept" }])).toBeNull();
  expect(untoldUntil([])).toBeNull();
});
