// A finding shows the call beside the order that is missing, and is ruled upon with a reason.
import { fireEvent, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { ME, server, show } from "../../../web/src/test/page";
import FindingPage from "./finding-page";

afterEach(() => vi.unstubAllGlobals());

const FINDING = {
  id: "fi_1",
  kind: "concealed",
  rule: "A8",
  state: "open",
  person: "pe_9",
  unit: null,
  order: null,
  call: "ca_1",
  month: "2026-01",
  found_at: "2026-01-05T02:00:00Z",
  evidence: [
    { shown: "call", call: "ca_1", at: "2026-01-05T01:00:00Z", ended: "2026-01-05T01:08:00Z", agent: "pe_9", talk_s: 480, hints: [{ hint: "reason", code: "G090101" }] },
    { shown: "no_order", until: "2026-01-05T01:38:00Z" },
  ],
  by: null,
  ruling: null,
  may_rule: true,
};

it("puts what was heard beside what is missing, and asks for a reason", async () => {
  let now: unknown = FINDING;
  const ruled = { ...FINDING, state: "confirmed", may_rule: false, ruling: { by: "pe_1", at: "2026-01-05T03:00:00Z", reason: "录音属实" } };
  const asked = server({
    "GET /api/me": { ...ME, permissions: ["complaints.read", "complaints.confirm"] },
    "GET /api/people/directory": [{ id: "pe_9", number: "1009", name: "演示九" }],
    "GET /api/departments/names": [],
    "GET /api/complaints/findings/fi_1": () => now,
    "POST /api/complaints/findings/fi_1/ruling": () => (now = ruled),
  });
  show([{ path: "/complaints/findings/:id", element: <FindingPage /> }], "/complaints/findings/fi_1");
  expect((await screen.findByRole("region", { name: "来电与客户" })).textContent).toContain("来电原因登记为投诉类 G090101");
  expect(screen.getByRole("region", { name: "工单与记录" }).textContent).toContain("未见投诉工单");
  expect(screen.getByRole("link", { name: /通话/ }).getAttribute("href")).toBe("/calls/ca_1");
  const confirm = screen.getByRole("button", { name: "认定属实" });
  expect((confirm as HTMLButtonElement).disabled).toBe(true);
  fireEvent.change(screen.getByLabelText("理由"), { target: { value: "录音属实" } });
  fireEvent.click(confirm);
  await screen.findByText("计入 2026-01 考核：每次减 1 分。");
  expect(asked.find(({ method }) => method === "POST")?.body).toEqual({ confirmed: true, reason: "录音属实" });
});
