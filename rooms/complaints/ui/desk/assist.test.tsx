// A caller complains about the agent: one sentence, one click, once; and what to say.
import { fireEvent, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, expect, it, vi } from "vitest";
import { ME, server, show, type Asked } from "../../../../web/src/test/page";
import ComplaintAssist from "./assist";

afterEach(() => vi.unstubAllGlobals());

const centre = (permissions = ["complaints.raise"]): Asked[] =>
  server({ "GET /api/me": { ...ME, permissions }, "POST /api/complaints/raise": { order: "wo_1", number: "20260105-0007" } });

/** The tab can be left and come back to. */
function Tab({ call }: { call: string | null }) {
  const [on, set] = useState(true);
  return (
    <>
      <button type="button" onClick={() => set(!on)}>换页</button>
      {on && <ComplaintAssist call={call} />}
    </>
  );
}
const open = (call: string | null) => show([{ path: "/", element: <Tab call={call} /> }], "/");

it("records what the caller says, once, also when the tab was left meanwhile", async () => {
  const asked = centre();
  open("ca_1");
  const send = await screen.findByRole("button", { name: "登记投诉" });
  expect((send as HTMLButtonElement).disabled).toBe(true);
  fireEvent.change(screen.getByLabelText("客户所述"), { target: { value: "客户不满等待太久，要求投诉我" } });
  fireEvent.click(screen.getByText("换页"));
  fireEvent.click(screen.getByText("换页"));
  expect((await screen.findByLabelText<HTMLTextAreaElement>("客户所述")).value).toBe("客户不满等待太久，要求投诉我");
  fireEvent.click(screen.getByText("激动"));
  fireEvent.click(screen.getByRole("button", { name: "登记投诉" }));
  await screen.findByText("已登记，工单号 20260105-0007");
  fireEvent.click(screen.getByText("换页"));
  fireEvent.click(screen.getByText("换页"));
  await screen.findByText("已登记，工单号 20260105-0007");
  const sent = asked.filter(({ method }) => method === "POST").map(({ body }) => body as Record<string, unknown>);
  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatchObject({ call: "ca_1", words: "客户不满等待太久，要求投诉我", emotion: "agitated" });
});

it("teaches what it is for while nobody is on the line, and who may not use it", async () => {
  centre();
  open(null);
  await screen.findByText("现在没有通话");
});

it("is not offered to whom it is not allowed", async () => {
  centre([]);
  open("ca_2");
  await screen.findByText("您没有登记投诉的权限");
});
