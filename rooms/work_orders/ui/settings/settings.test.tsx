// What is configured is saved whole, under the version that was read, with only what was changed.
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { ME, server, show, type Asked } from "../../../../web/src/test/page";
import SettingsPage from "./settings-page";

const words = (zh: string) => ({ zh, en: "" });
const bare = { tags: ["leak"], fields: [], reasons: ["G01"], duty: "fault", call_back: "always", danger: false, confidential: false, retired: false };
const SUBTYPES = [{ ...bare, code: "fault.no_gas", kind: "fault", title: words("无气") }, { ...bare, code: "praise.crew", kind: "praise", title: words("表扬班组") }];
const RULE = { id: "T-G02", step: "arrive", kind: "fault", word: "leak", site: "urban", since: "accepted", customer: { minutes: 30 }, unit: null, extendable: false, source: "标准" };
const LIMITS = { utility: { name: "gas", rules: [RULE, { ...RULE, id: "T-G03", word: null }] }, government: { name: "12345", rules: [] } };

function centre(): Asked[] {
  return server({
    "GET /api/me": { ...ME, permissions: ["work_orders.configure"] },
    "GET /api/work_orders/kinds": { kinds: { subtypes: SUBTYPES }, version: 3 },
    "PUT /api/work_orders/kinds": {},
    "GET /api/work_orders/limits": { value: LIMITS, version: 5 },
    "PUT /api/work_orders/limits": {},
  });
}
const open = (part: string) => show([{ path: "/work_orders/settings", element: <SettingsPage /> }], `/work_orders/settings?part=${part}`);
const put = (asked: Asked[]) => asked.find(({ method }) => method === "PUT")?.body;

afterEach(() => vi.unstubAllGlobals());

it("retires a sub-type, and leaves the others and their order as they are", async () => {
  const asked = centre();
  open("kinds");
  fireEvent.click(await screen.findByText("无气"));
  fireEvent.click(await screen.findByLabelText("停用"));
  fireEvent.click(await screen.findByText("保存"));
  await waitFor(() => expect(put(asked)).toEqual({ kinds: { subtypes: [{ ...SUBTYPES[0], retired: true }, SUBTYPES[1]] }, version: 3 }));
});

it("takes no code twice, and none that orders could not hold", async () => {
  centre();
  open("kinds");
  await screen.findByText("无气");
  fireEvent.click(screen.getByText("新建分类"));
  const code = await screen.findByLabelText("代码");
  fireEvent.change(code, { target: { value: "fault.no_gas" } });
  expect(await screen.findByText("这个代码已经有了")).toBeTruthy();
  fireEvent.change(code, { target: { value: "无气" } });
  expect(await screen.findByText("只能用小写字母、数字、点和下划线")).toBeTruthy();
});

it("changes one limit and keeps what the page does not show", async () => {
  const asked = centre();
  open("limits");
  fireEvent.click((await screen.findAllByText("到场"))[0] as HTMLElement);
  fireEvent.change(await screen.findByLabelText("对客承诺"), { target: { value: "20" } });
  fireEvent.click(await screen.findByText("保存"));
  await waitFor(() => expect(put(asked)).toEqual({ value: { ...LIMITS, utility: { name: "gas", rules: [{ ...RULE, customer: { minutes: 20 } }, LIMITS.utility.rules[1]] } }, version: 5 }));
});
