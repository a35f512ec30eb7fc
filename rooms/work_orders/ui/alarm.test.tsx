// Whoever sends orders out sees on every page what no unit has, as soon as the server says so; nobody else does.
import { act, screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { ME, server, show } from "../../../web/src/test/page";
import { FakeSocket, fakeSockets } from "../../../web/src/test/socket";
import Alarm from "./alarm";

fakeSockets();

const says = (data: unknown) => act(() => FakeSocket.all.at(-1)?.say({ topic: "work_orders.unassigned", version: 1, data }));

it("stands in the bar of a leader while anything waits, one of many like many, and leads to exactly those", async () => {
  server({ "GET /api/me": { ...ME, permissions: ["work_orders.dispatch", "work_orders.read"] } });
  show([{ path: "/", element: <Alarm /> }], "/");
  await waitFor(() => expect(FakeSocket.all.length).toBeGreaterThan(0));
  act(() => FakeSocket.all.at(-1)?.accept());
  says({ count: 1, oldest: "2026-01-02T09:00:00Z", unheard: 0, unheard_first: null });
  const mark = await screen.findByText("1 张工单无单位接手");
  expect(mark.closest("a")?.getAttribute("href")).toBe("/work_orders?view=unassigned");
  says({ count: 0, oldest: null, unheard: 2, unheard_first: "wo_7" });
  const unheard = await screen.findByText("2 张工单派出后无人知晓");
  expect(unheard.closest("a")?.getAttribute("href")).toBe("/work_orders/wo_7");
  expect(screen.queryByText(/无单位接手/)).toBeNull();
  says({ count: 0, oldest: null, unheard: 0, unheard_first: null });
  await waitFor(() => expect(screen.queryByText(/无人知晓/)).toBeNull());
});

it("stands in the bar of who may give more time, louder when it is nearly over", async () => {
  server({ "GET /api/me": { ...ME, permissions: ["work_orders.extend", "work_orders.read"] } });
  show([{ path: "/", element: <Alarm /> }], "/");
  const opened = FakeSocket.all.length;
  await waitFor(() => expect(FakeSocket.all.length).toBeGreaterThanOrEqual(opened));
  act(() => FakeSocket.all.at(-1)?.accept());
  const asks = (data: unknown) => act(() => FakeSocket.all.at(-1)?.say({ topic: "work_orders.time_asked", version: 1, data }));
  await waitFor(() => {
    asks({ count: 2, soonest: new Date(Date.now() + 86_400_000).toISOString() });
    expect(screen.getByText("2 张工单待批延期").closest("a")?.dataset.tone).toBe("wrap");
  });
  expect(screen.getByText("2 张工单待批延期").closest("a")?.getAttribute("href")).toBe("/work_orders?view=time_asked");
  asks({ count: 2, soonest: new Date(Date.now() + 600_000).toISOString() });
  await waitFor(() => expect(screen.getByText("2 张工单待批延期").closest("a")?.dataset.tone).toBe("busy"));
});

it("is not for an agent", async () => {
  const opened = FakeSocket.all.length;
  const asked = server({ "GET /api/me": { ...ME, permissions: ["work_orders.file", "work_orders.read"] } });
  show([{ path: "/", element: <Alarm /> }], "/");
  await waitFor(() => expect(asked.length).toBeGreaterThan(0));
  expect(FakeSocket.all.length).toBe(opened);
});
