// After a restoration: what is known below each element, orders with links, and how a leader goes on.
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { ME, server, show, type Asked } from "../../../web/src/test/page";
import { AfterPart } from "./after-part";
import type { After, AskedOne, OutageView } from "./api";

const none = { element: null, waiting: 0, asked: 0, yes: 0, no: 0, mended: 0, silent: 0, unreachable: 0 };
const without: AskedOne = {
  account: "ac_1",
  customer: "cu_1",
  number: "3300000001",
  name: "王*",
  phone: "138****1111",
  address: "青岚区鹤鸣里****",
  element: "el_1",
  ord: 1,
  said: "no",
  how: "sms",
  wave: 1,
  order: "wo_1",
  order_number: "20260105-0009",
  mended: false,
  trouble: "",
  steps: [{ at: "2026-01-05T01:00:00Z", what: "no", how: "sms", by: null, note: "2" }],
};
const after: After = {
  stage: "stuck",
  wave: 2,
  waves: 4,
  next: null,
  begun_at: "2026-01-05T00:00:00Z",
  ended_at: null,
  ended_by: null,
  why: "",
  total: { ...none, yes: 5, no: 2, silent: 3 },
  elements: [
    { ...none, element: "el_1", name: "鹤鸣里12栋立管", kind: "riser", yes: 1, no: 2, all: 3, need: 3, known: "without", proposed: true },
    { ...none, element: "el_2", name: "鹤鸣里13栋立管", kind: "riser", yes: 4, silent: 3, all: 7, need: 5, known: "silent", proposed: false },
  ],
  more: 0,
  without: [without],
  allowed: ["more", "close"],
};

function centre(): Asked[] {
  return server({
    "GET /api/me": { ...ME, permissions: ["outages.read", "outages.approve"] },
    "GET /api/people/directory": [],
    "GET /api/outages/ou_1/after": after,
    "GET /api/outages/ou_1/asked": { asked: [without], next: null },
    "POST /api/outages/ou_1/after": after,
  });
}
const open = () => show([{ path: "/", element: <AfterPart outage={{ id: "ou_1" } as OutageView} /> }], "/");

afterEach(() => vi.unstubAllGlobals());

it("names the element that is without, and links the order of whoever said so", async () => {
  centre();
  open();
  expect(await screen.findByText("鹤鸣里12栋立管：2 户未恢复")).toBeTruthy();
  expect(screen.getByText("1 / 3")).toBeTruthy();
  const order = await screen.findByText("20260105-0009");
  expect(order.getAttribute("href")).toBe("/work_orders/20260105-0009");
});

it("asks another wave, and closes with a reason only", async () => {
  const asked = centre();
  open();
  fireEvent.click(await screen.findByText("再问一批"));
  const acts = () => asked.filter(({ method }) => method === "POST").map(({ body }) => body);
  await waitFor(() => expect(acts()).toEqual([{ act: "more", waves: 4 }]));
  fireEvent.click(screen.getByText("结束回访"));
  fireEvent.change(await screen.findByLabelText("原因"), { target: { value: "物业已逐户确认" } });
  const button = screen.getAllByText("结束回访").at(-1);
  fireEvent.click(button as HTMLElement);
  await waitFor(() => expect(acts().at(-1)).toEqual({ act: "close", why: "物业已逐户确认" }));
});
