// A new flow begins with one that a room brings along, under the name that the room's settings know.
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { ME, server, show } from "../../../web/src/test/page";
import FlowsPage from "./flows-page";

const me = { ...ME, permissions: ["ivr_flows.read", "ivr_flows.edit"] };
const CALL = { name: "escalation_call", about: "升级上报时致电值班人员", source: "[[flow]]", there: false };
const open = (at: string) => {
  const asked = server({
    "GET /api/me": me,
    "GET /api/ivr_flows": { items: [], allowed: ["create"] },
    "GET /api/ivr_flows/templates": { items: [CALL, { ...CALL, name: "restored", about: "恢复供应后逐户询问", there: true }] },
    "POST /api/ivr_flows": { id: "fl_1", name: CALL.name, numbers: [], versions: [], allowed: [] },
  });
  show([{ path: "/ivr_flows", element: <FlowsPage /> }, { path: "/ivr_flows/:id", element: <p>草稿</p> }], at);
  return asked;
};
const sent = (asked: ReturnType<typeof open>) => asked.find((one) => one.method === "POST")?.body;

it("settings lead to the flow they miss", async () => {
  const asked = open("/ivr_flows?new=escalation_call");
  const name = await screen.findByLabelText<HTMLInputElement>(/名称/);
  await waitFor(() => expect(name.value).toBe("escalation_call"));
  expect(name.disabled).toBe(true);
  await userEvent.click(screen.getAllByRole("button", { name: "新建流程" }).at(-1) as HTMLElement);
  await screen.findByText("草稿");
  expect(sent(asked)).toEqual({ name: "escalation_call", source: "[[flow]]" });
});

it("what is there already is not offered, and one may begin with nothing", async () => {
  const asked = open("/ivr_flows");
  await userEvent.click(await screen.findByRole("button", { name: "新建流程" }));
  await userEvent.click(await screen.findByLabelText("从这里开始"));
  await screen.findAllByText("升级上报时致电值班人员");
  expect(screen.queryByText("恢复供应后逐户询问")).toBeNull();
  await userEvent.type(screen.getByLabelText(/名称/), "night_line");
  await userEvent.click(screen.getAllByRole("button", { name: "新建流程" }).at(-1) as HTMLElement);
  await screen.findByText("草稿");
  expect(sent(asked)).toEqual({ name: "night_line" });
});
