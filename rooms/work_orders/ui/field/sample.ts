// An order as tests of the field have it.
import type { Order } from "./types";

export function sample(more: Partial<Order> = {}): Order {
  return {
    id: "wo_1",
    number: "20261122-0001",
    subtype: "fault.leak",
    state: "taken",
    due: "2026-11-22T08:00:00Z",
    due_step: "arrive",
    promised_since: "2026-11-22T07:00:00Z",
    promised: "2026-11-22T09:00:00Z",
    danger: true,
    important: true,
    urges: 0,
    version: 3,
    accepted_at: "2026-11-22T07:00:00Z",
    matter: { kind: "fault", subtype: "fault.leak", content: "厨房闻到煤气味", fields: {}, urgency: "urgent", danger: true, contact: { name: "王秀兰", phone: "13800000000" }, address: "梧桐路 88 号", area: "青岚区" },
    whole: true,
    left_at: null,
    arrived_at: null,
    estimate: null,
    result: null,
    urged: [],
    supervisions: [],
    attachments: [],
    clocks: [],
    steps: [],
    allowed: ["leave", "arrive", "begin", "give_result", "send_back", "contact", "note", "attach"].map((act) => ({ act })),
    ...more,
  };
}
