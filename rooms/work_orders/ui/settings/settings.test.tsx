// What is configured is saved whole, under the version that was read, with only what was changed.
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { ME, server, show, type Asked } from "../../../../web/src/test/page";
import type { Rule } from "./api";
import { withRule } from "./rule-dialog";
import SettingsPage from "./settings-page";

const words = (zh: string) => ({ zh, en: "" });
const bare = { tags: ["leak"], fields: [], reasons: ["G01"], duty: "fault", call_back: "always", danger: false, confidential: false, retired: false };
const SUBTYPES = [{ ...bare, code: "fault.no_gas", kind: "fault", title: words("无气") }, { ...bare, code: "praise.crew", kind: "praise", title: words("表扬班组") }];
const RULE = { id: "T-G02", step: "arrive", kind: "fault", word: "leak", site: "urban", since: "accepted", customer: { minutes: 30 }, unit: null, extendable: false, source: "标准" };
const LIMITS = { utility: { name: "gas", rules: [RULE, { ...RULE, id: "T-G03", word: null }] }, government: { name: "12345", rules: [] } };

const item = (code: string, zh: string) => ({ code, title: words(zh) });
const BROUGHT = { kinds: { added: [item("fault.low_voltage", "低压故障")], changed: [], unchanged: 0, left: [], gone: [] }, limits: { added: [], changed: [], unchanged: 3, left: [], gone: [{ code: "T-G02", step: "arrive" }] } };

function centre(subtypes: unknown[] = SUBTYPES): Asked[] {
  return server({
    "GET /api/me": { ...ME, permissions: ["work_orders.configure"] },
    "GET /api/work_orders/kinds": { kinds: { subtypes }, version: 3 },
    "PUT /api/work_orders/kinds": {},
    "GET /api/work_orders/limits": { value: LIMITS, version: 5 },
    "PUT /api/work_orders/limits": {},
    "POST /api/work_orders/house": BROUGHT,
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

it("sets an empty centre up from a template, after it was said what that does", async () => {
  const asked = centre([]);
  open("kinds");
  fireEvent.click(await screen.findByText("从模板开始"));
  fireEvent.click(await screen.findByText("国网"));
  expect(await screen.findByText("新增 1 项")).toBeTruthy();
  expect(screen.getByText("：低压故障")).toBeTruthy();
  expect(screen.getByText("：到场 T-G02"), "a limit that goes is named").toBeTruthy();
  const posted = () => asked.filter(({ method }) => method === "POST").map(({ body }) => body);
  expect(posted()).toEqual([{ house: "power_sgcc", kinds: 3, limits: 5, dry_run: true }]);
  fireEvent.click(screen.getByText("写入"));
  await waitFor(() => expect(posted()[1]).toEqual({ house: "power_sgcc", kinds: 3, limits: 5, dry_run: false }));
});

it("adds a field to a sub-type, and saves none that could not be filled in", async () => {
  const asked = centre();
  open("kinds");
  fireEvent.click(await screen.findByText("无气"));
  fireEvent.click(await screen.findByText("增加字段"));
  const save = () => screen.getByText("保存").closest("button") as HTMLButtonElement;
  expect(save().disabled, "a field without a name").toBe(true);
  fireEvent.change(screen.getByLabelText("名称"), { target: { value: "楼层" } });
  expect(save().disabled).toBe(false);
  fireEvent.click(save());
  await waitFor(() => expect(put(asked)).toMatchObject({ kinds: { subtypes: [{ fields: [{ key: "f1", title: { zh: "楼层" }, kind: "text", required: false }] }, {}] } }));
});

it("puts a new limit before the wider one, whatever else there is", async () => {
  const asked = centre();
  open("limits");
  await screen.findAllByText("到场");
  fireEvent.click(screen.getByText("新增时限"));
  fireEvent.change(await screen.findByLabelText("时限词"), { target: { value: "school" } });
  fireEvent.change(screen.getByLabelText("依据"), { target: { value: "本市" } });
  fireEvent.change(screen.getByLabelText("对客承诺"), { target: { value: "1" } });
  fireEvent.click(screen.getByText("保存"));
  await waitFor(() => expect(put(asked)).toBeTruthy());
  const ids = (put(asked) as { value: typeof LIMITS }).value.utility.rules.map(({ id }) => id);
  expect(ids, "of a fault at a school the first that fits counts; both others say more").toEqual(["T-G02", "T-G03", "本市"]);
  expect(withRule([RULE, { ...RULE, id: "T-G03", word: null, site: null }] as Rule[], { ...RULE, id: "本市", word: "school" } as Rule).map(({ id }) => id)).toEqual(["T-G02", "本市", "T-G03"]);
});

it("takes a limit out", async () => {
  const asked = centre();
  open("limits");
  fireEvent.click((await screen.findAllByText("到场"))[0] as HTMLElement);
  fireEvent.click(await screen.findByText("去掉这条"));
  await waitFor(() => expect(put(asked)).toEqual({ value: { ...LIMITS, utility: { name: "gas", rules: [LIMITS.utility.rules[1]] } }, version: 5 }));
});
