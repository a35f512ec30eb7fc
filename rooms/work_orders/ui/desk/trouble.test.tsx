// What cannot be asked for is said, and can be asked for again: an empty place would read as "there is nothing".
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { ME, server, show } from "../../../../web/src/test/page";
import CallerOrders from "./assist";
import { OrdersOf } from "./parts";

const me = (permissions: string[]) => ({ "GET /api/me": { ...ME, permissions }, "GET /api/departments/names": [], "GET /api/work_orders/kinds": { kinds: { subtypes: [] }, version: 1 } });
const DOWN = { status: 500, code: "web.failed", params: {} };
const LINE = { id: "wo_9", number: "20260105-0009", kind: "fault", subtype: "fault.no_gas", state: "dispatched", unit: null, content: "", accepted_at: "2026-01-05T08:00:00Z", due: null, promised: null, urges: 0, supervised: 0, reopened: 0, returns: 0 };

afterEach(() => vi.unstubAllGlobals());

it("says on the pages of a call and a customer that the orders could not be asked for", async () => {
  let up = false;
  server({ ...me(["work_orders.read"]), "GET /api/work_orders": () => (up ? { items: [LINE], next: null } : DOWN) });
  show([{ path: "/", element: <OrdersOf filters={{ customer: "cu_1" }} title="工单" /> }], "/");
  const again = await screen.findByRole("button");
  up = true;
  fireEvent.click(again);
  expect(await screen.findByText("20260105-0009")).toBeTruthy();
});

it("says at the desk that the order to be urged could not be asked for", async () => {
  const asked = server({ ...me(["work_orders.read", "work_orders.file"]), "GET /api/customers/calls/ca_1": { match: "one", number: "13800005678", customer: null }, "GET /api/work_orders": { items: [LINE], next: null }, "GET /api/work_orders/wo_9": DOWN });
  show([{ path: "/", element: <CallerOrders call="ca_1" /> }], "/");
  await waitFor(() => expect(asked.length).toBeGreaterThan(1));
  fireEvent.click(await screen.findByText("催办"));
  expect((await screen.findAllByText("再试一次")).length).toBe(1);
});
