// Asking for more time on the phone: kept before the page says so, with all that the centre needs for an answer.
import "fake-indexeddb/auto";
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { show } from "../../../../web/src/test/page";
import { AskTimeForm } from "./ask-time-form";
import { sample } from "./sample";
import { openStore } from "./store";
import type { Sync } from "./sync";

afterEach(() => vi.unstubAllGlobals());

it("keeps how long, why, and what the customer said", async () => {
  const store = await openStore("pe_ask");
  const keep = vi.fn((_entry: { what: unknown }) => Promise.resolve());
  const order = sample({ more_time: { working_days: 3 }, danger: false });
  const sync = { keep } as unknown as Sync;
  const element = <AskTimeForm order={order} own={[]} entry={null} sync={sync} store={store} draft="wo_1/ask_time" />;
  show([{ path: "/", element }, { path: "/field/:id", element: <i>back</i> }], "/");
  fireEvent.click(await screen.findByText("2 个工作日"));
  expect(screen.queryByText("4 个工作日")).toBeNull();
  fireEvent.change(screen.getByLabelText("为什么需要延期（批准后会告知客户）"), { target: { value: "等待检定机构出具结果" } });
  const button = () => screen.getByText("保存").closest("button");
  expect(button()?.disabled).toBe(true);
  fireEvent.click(screen.getByText("已告知"));
  fireEvent.change(screen.getByLabelText("怎样告知的，客户怎么说"), { target: { value: "电话告知，客户同意" } });
  await waitFor(() => expect(button()?.disabled).toBe(false));
  fireEvent.click(screen.getByText("保存"));
  await screen.findByText("back");
  expect(keep.mock.calls[0]?.[0].what).toEqual({ act: "ask_time", by: { working_days: 2 }, reason: "等待检定机构出具结果", told_customer: true, told: "电话告知，客户同意" });
});
