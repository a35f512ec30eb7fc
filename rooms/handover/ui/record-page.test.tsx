// One handover in the browser: verified with the keyboard, a question asked, the signature greyed with its reason until all is done.
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { server, show } from "../../../web/src/test/page";
import type { Item, Record_ } from "./api";
import RecordPage from "./record-page";

afterEach(() => vi.unstubAllGlobals());
const routes = [{ path: "/handover/:id", element: <RecordPage /> }];
const item = (seq: number, more: Partial<Item> = {}): Item => ({
  seq, about: `wo_${seq}`, why: ["emergency"], remark: "到场后回电", late: false, verdict: null, now: null,
  matter: {
    of: "order", order: `wo_${seq}`, number: `20260105-000${seq}`, kind: "fault", subtype: "fault.leak", area: "青岚区", content: "厨房有煤气味", state: "dispatched", unit: null, handler: null,
    accepted_at: "2026-01-05T00:00:00Z", next: { step: "arrive", due: "2026-01-05T08:30:00Z" }, urges: 0, urged: null, supervisions: 0, supervised: null,
  },
  ...more,
});
const RECORD: Record_ = {
  id: "ho_1", number: "2026-01-05 早班", team: null, shift: "早班", begins: "2026-01-05T00:00:00Z", ends: "2026-01-05T08:00:00Z", sign_by: "2026-01-05T08:15:00Z", state: "signed_out",
  outgoing: "pe_1", incoming: null, signed_in_at: null, alarmed_at: null, signatures: { outgoing: { by: "pe_1", at: "2026-01-05T07:50:00Z", seal: "ab" }, incoming: null }, sections: { summary: "平稳" }, missing: [],
  left: { until: "2026-01-05T07:50:00Z", calls: { offered: 10, requests: 8, answered: 6, abandoned: 2, longest_wait_ms: 61_000 }, seats: 5, orders: [], owed_rest: 0, bulletins: [] },
  items: [item(1), item(2)], unverified: 2, unanswered: 0, appendix: [],
  allowed: [{ act: "accept", barred: null }, { act: "query", barred: null }, { act: "sign_in", barred: { code: "unverified", left: 2 } }],
};
const around = {
  "GET /api/people/directory": [{ id: "pe_1", number: "2001", name: "沈青" }],
  "GET /api/departments/names": [],
  "GET /api/work_orders/kinds": { kinds: { subtypes: [{ code: "fault.leak", title: { zh: "燃气泄漏", en: "Leak" } }] } },
};
const at = "2026-01-05T07:55:00Z";

it("goes on by J and A, and signs only when nothing is left", async () => {
  const accepted = { ...RECORD, items: [item(1, { verdict: { is: "accepted", by: "pe_2", at } }), item(2)], unverified: 1 };
  const asked = server({ ...around, "GET /api/handover/ho_1": RECORD, "POST /api/handover/ho_1/act": accepted });
  show(routes, "/handover/ho_1");
  const first = (await screen.findByText("20260105-0001")).closest("article") as HTMLElement;
  await waitFor(() => expect(within(first).getByText(/燃气泄漏/)).toBeTruthy());
  expect(screen.getByText("75.0")).toBeTruthy();
  const sign = screen.getByRole("button", { name: "接班签字" });
  expect((sign as HTMLButtonElement).disabled).toBe(true);
  expect(sign.getAttribute("title")).toBe("还有 2 项未核对。");
  await userEvent.keyboard("j");
  await waitFor(() => expect(first.getAttribute("aria-current")).toBe("true"));
  await userEvent.keyboard("a");
  await waitFor(() => expect(asked.filter((one) => one.method === "POST").map((one) => one.body)).toEqual([{ act: "accept", about: "wo_1" }]));
  // The next that nobody has said anything of.
  const second = screen.getByText("20260105-0002").closest("article") as HTMLElement;
  await waitFor(() => expect(second.getAttribute("aria-current")).toBe("true"));
});

it("asks about a matter by Q, and plain letters stay letters in the question", async () => {
  const asked = server({ ...around, "GET /api/handover/ho_1": RECORD, "POST /api/handover/ho_1/act": RECORD });
  show(routes, "/handover/ho_1");
  await screen.findByText("20260105-0001");
  await userEvent.keyboard("jq");
  const question = await screen.findByLabelText("疑问");
  await userEvent.type(question, "aqjk 到场了吗");
  await userEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "提出疑问" }));
  await waitFor(() => expect(asked.filter((one) => one.method === "POST").map((one) => one.body)).toEqual([{ act: "query", about: "wo_1", question: "aqjk 到场了吗" }]));
});
