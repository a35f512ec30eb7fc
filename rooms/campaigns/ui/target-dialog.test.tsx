// Whom it calls is masked, and seen whole for a reason.
import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { ME, server, show } from "../../../web/src/test/page";
import { fakeSockets } from "../../../web/src/test/socket";
import { TargetDialog } from "./target-dialog";

fakeSockets();

const open = (...permissions: string[]) => {
  const asked = server({
    "GET /api/me": { ...ME, permissions },
    "GET /api/campaigns/targets/tg_1": { id: "tg_1", number: "138****1111", about: "王**", stage: "waiting", outcome: null, tries: 0, due: null, attempts: [] },
    "POST /api/campaigns/targets/tg_1/unmask": { number: "13800001111", about: "王秀兰" },
  });
  show([{ path: "/", element: <TargetDialog id="tg_1" onClose={() => undefined} /> }], "/");
  return asked;
};

it("shows it whole to whoever may and says why", async () => {
  const asked = open("campaigns.read", "campaigns.unmask");
  expect(await screen.findByText("138****1111 王**")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "查看完整信息" }));
  const dialog = (await screen.findByText(/会记入审计日志/)).closest<HTMLElement>("[role='dialog']")!;
  const see = within(dialog).getByRole<HTMLButtonElement>("button", { name: /查\s*看/ });
  expect(see.disabled).toBe(true);
  await userEvent.type(within(dialog).getByLabelText(/原因/), "客户来电核对");
  await userEvent.click(see);
  expect(await screen.findByText("13800001111 王秀兰")).toBeTruthy();
  expect(asked.find((one) => one.method === "POST")?.body).toEqual({ reason: "客户来电核对" });
});

it("offers nothing to anybody else", async () => {
  open("campaigns.read", "campaigns.run");
  await screen.findByText("138****1111 王**");
  expect(screen.queryByRole("button", { name: "查看完整信息" })).toBeNull();
});
