// Callers whom no text message tells that supply is back: dialled from the list, and written down.
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { ME, server, show } from "../../../web/src/test/page";
import type { Promised } from "./api";
import { PromisedTable } from "./calls-table";

const landline: Promised = {
  id: "7",
  outage: "ou_1",
  number: "T20260105-001",
  area: "青岚区鹤鸣里",
  phone: "0562****011",
  due: "2026-01-05T01:00:00Z",
  state: "open",
  attempts: [],
  machine: "no",
  version: 3,
};

afterEach(() => vi.unstubAllGlobals());

it("rings a landline that wished to be told, and keeps what came of it", async () => {
  const asked = server({
    "GET /api/me": { ...ME, permissions: ["outages.read", "outages.tell"] },
    "POST /api/outages/promised/7/dial": {},
    "POST /api/outages/promised/7": {},
  });
  show([{ path: "/", element: <PromisedTable promised={[landline]} empty={null} /> }], "/");
  expect((await screen.findByText("青岚区鹤鸣里")).getAttribute("href")).toBe("/outages/ou_1");
  fireEvent.click(await screen.findByText("拨打"));
  await screen.findByText("致电结果：0562****011");
  fireEvent.click(screen.getByText("保存"));
  await waitFor(() => expect(asked.filter(({ method }) => method === "POST").at(-1)?.body).toEqual({ outcome: "reached", note: "", version: 3 }));
});
