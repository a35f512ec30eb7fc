// Accepting a matter: one press files one order, what is missing stands at its field, and what is like it is offered first.
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { useEffect } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { fillSlots, SlotContext, type SlotProps } from "@lib/slots";
import { ME, server, show, type Asked } from "../../../../web/src/test/page";
import type { Filing } from "../api";
import { FilingDialog } from "./dialog";
import type { Begin } from "./prefill";

const words = (zh: string) => ({ zh, en: "" });
const bare = { tags: [], fields: [], reasons: [], duty: "", call_back: "always", danger: false, confidential: false, retired: false };
const SUBTYPES = [
  { ...bare, code: "fault.no_gas", kind: "fault", title: words("无气"), reasons: ["G01"], fields: [{ key: "scope", title: words("影响范围"), kind: "text", required: true, options: [] }] },
  { ...bare, code: "complaint.service", kind: "complaint", title: words("服务投诉"), reasons: ["G09"] },
  { ...bare, code: "enquiry.safety", kind: "enquiry", title: words("用气安全"), reasons: ["G05"] },
];
const LINE = { id: "wo_9", number: "20260105-0009", kind: "fault", subtype: "fault.no_gas", state: "dispatched", unit: "un_1", content: "三楼没有气", accepted_at: "2026-01-05T08:00:00Z", due: "2026-01-05T09:00:00Z", due_step: "arrive", urges: 0, supervised: 0, reopened: 0 };
const FILED = { ...LINE, id: "wo_1", number: "20260105-0001", channel: "phone", promised: "2026-01-05T10:00:00Z" };

/** `alike`: what is like it. `reply`: what filing is answered with. */
function centre({ alike = [] as unknown[], reply = FILED as unknown } = {}): Asked[] {
  return server({
    "GET /api/me": { ...ME, permissions: ["work_orders.file"] },
    "GET /api/work_orders/kinds": { kinds: { subtypes: SUBTYPES }, version: 1 },
    "GET /api/work_orders/alike": alike,
    "GET /api/work_orders/suggest": { units: ["un_1", "un_2"] },
    "GET /api/departments/names": [{ id: "un_1", parent: null, kind: "team", code: "1", name: "青岚抢修班", external: false, retired: false }, { id: "un_2", parent: null, kind: "team", code: "2", name: "北山抢修班", external: false, retired: false }],
    "GET /api/people/directory": [{ id: "pe_1", number: "1001", name: "李敏" }],
    "POST /api/work_orders": reply,
  });
}
const draft = { reason: "G0101", notes: "家里突然没有气", fields: { scope: "一户" }, contact: "13800005678", customer: "cu_1" };
let calls = 0;
/** Each test has a call of its own: what was typed about one is kept. */
const open = (begin: Begin = { draft }, onClose = vi.fn()) => {
  calls += 1;
  const element = <FilingDialog begin={{ call: `ca_${calls}`, agent: "pe_1", ...begin }} onClose={onClose} />;
  show([{ path: "/", element }], "/");
  return onClose;
};
const filed = (asked: Asked[]) => asked.filter(({ method, path }) => method === "POST" && path === "/api/work_orders").map(({ body }) => body as Filing);
/** By its words: asking by role takes seconds in a form of this size. */
const press = async (word: string) => fireEvent.click(await screen.findByText(word));
const write = async (label: string, value: string) => fireEvent.change(await screen.findByLabelText(label), { target: { value } });

// jsdom does not scroll.
beforeEach(() => void (Element.prototype.scrollIntoView = () => undefined));
afterEach(() => vi.unstubAllGlobals());

it("files once, whoever presses twice, to the unit that is suggested, and shows the number; the record behind hears nothing of it", async () => {
  const asked = centre();
  const behind = vi.fn();
  window.addEventListener("keydown", behind);
  open();
  await write("地址", "梧桐路 8 号");
  await screen.findByText("推荐：");
  const field = screen.getByLabelText("事项内容");
  fireEvent.keyDown(field, { key: "Enter", ctrlKey: true });
  fireEvent.keyDown(field, { key: "Enter", ctrlKey: true });
  expect((await screen.findByText("20260105-0001")).tagName).toBe("OUTPUT");
  const [one, ...more] = filed(asked);
  expect(more).toEqual([]);
  expect(one).toMatchObject({ unit: "un_1", master: null, answered: null, matter: { subtype: "fault.no_gas", content: "家里突然没有气", fields: { scope: "一户" }, contact: { phone: "13800005678" }, address: "梧桐路 8 号", call: `ca_${calls}` } });
  expect(one?.token).toMatch(/.{8}/);
  expect(behind).not.toHaveBeenCalled();
  window.removeEventListener("keydown", behind);
});

it("says at the field what is missing, and tries again under the same token", async () => {
  const asked = centre({ reply: { status: 422, code: "work_orders.incomplete", params: { faults: [{ field: "address", why: "missing" }, { field: "fields.scope", why: "missing" }] } } });
  open();
  await screen.findByText("推荐：");
  await press("提交工单");
  const field = (await screen.findByLabelText("地址")).closest<HTMLElement>(".field");
  if (!field) throw new Error("an address without a field");
  expect(await within(field).findByText("请填写")).toBeTruthy();
  await write("地址", "梧");
  expect(within(field).queryByText("请填写"), "what is being mended is not complained about").toBeNull();
  await press("提交工单");
  await waitFor(() => expect(filed(asked)).toHaveLength(2));
  expect(filed(asked)[0]?.token).toBe(filed(asked)[1]?.token);
});

it("offers what is like it before anything is saved", async () => {
  const asked = centre({ alike: [LINE] });
  open();
  expect(await screen.findByText("20260105-0009")).toBeTruthy();
  await press("提交工单");
  expect(await screen.findByText(/请先选择/)).toBeTruthy();
  expect(filed(asked)).toEqual([]);
  await press("归并到这张");
  await press("归并提交");
  await waitFor(() => expect(filed(asked)).toHaveLength(1));
  expect(filed(asked)[0]).toMatchObject({ master: "wo_9", unit: null });
});

it("tells the agent that what is about her goes past her", async () => {
  const asked = centre();
  open({ draft: { ...draft, reason: "G09" } });
  await press("涉及本次通话的座席");
  expect(await screen.findByText("此单涉及您本人，将绕过您。")).toBeTruthy();
  await screen.findByText("推荐：");
  await press("提交工单");
  await waitFor(() => expect(filed(asked)[0]?.matter.about).toBe("pe_1"));
});

it("closes at once what was answered on the call, with what was said", async () => {
  const asked = centre({ reply: { ...FILED, state: "closed" } });
  open({ draft: { ...draft, reason: "G0501" } });
  await press("当场答复办结");
  await press("提交并归档");
  expect(filed(asked), "nothing was said yet").toEqual([]);
  await write("答复内容", "已告知阀门在表前");
  await press("提交并归档");
  await waitFor(() => expect(filed(asked)[0]).toMatchObject({ answered: "已告知阀门在表前", unit: null }));
});

it("leaves to a unit what is no enquiry", async () => {
  const asked = centre();
  open();
  await press("当场答复办结");
  expect(screen.queryByLabelText("答复内容")).toBeNull();
  expect(filed(asked)).toEqual([]);
});

it("lets a known outage's order be followed before it files, and asks where nobody has chosen", async () => {
  const Known = ({ joining, onOffered, onJoin }: SlotProps["order.filing"]) => {
    useEffect(() => onOffered(1), [onOffered]);
    return joining === "undecided" ? <button type="button" onClick={() => onJoin({ master: "wo_7", number: "20260105-0007" })}>归并到停供工单</button> : null;
  };
  const slots = fillSlots([{ name: "outages", slots: { "order.filing": () => Promise.resolve({ default: Known }) } }]);
  const asked = centre();
  calls += 1;
  show([{ path: "/", element: <SlotContext value={slots}><FilingDialog begin={{ call: `ca_${calls}`, agent: "pe_1", draft }} onClose={vi.fn()} /></SlotContext> }], "/");
  await screen.findByText("归并到停供工单");
  await screen.findByText("推荐：");
  await press("提交工单");
  expect(filed(asked), "nobody has chosen").toEqual([]);
  await press("归并到停供工单");
  await press("归并提交");
  await waitFor(() => expect(filed(asked)[0]).toMatchObject({ master: "wo_7", unit: null }));
});
