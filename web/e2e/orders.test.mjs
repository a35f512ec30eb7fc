// A matter from a call to its end: filed at the desk, taken and done by a crew, approved, and closed by the customer's word.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { Agent } from "./agent.mjs";
import { accessible, openBrowser, openPage, picture, settled, signIn } from "./browser.mjs";
import { Centre } from "./centre.mjs";
import { CUSTOMER, NUMBER } from "./customer.mjs";
import { Leader } from "./leader.mjs";
import { Telephone } from "./telephone.mjs";

const NOTED = "厨房灶具打不着火，燃气表没有走字";
const LIMIT = { timeout: 120_000 };
const folder = mkdtempSync(join(tmpdir(), "switchboard-orders-"));
let centre, browser, agent, crew, supervisor, leader, number;

before(async () => {
  centre = await Centre.start({ telephones: 0, customers: 50, writing: 120 });
  browser = await openBrowser();
  [agent, crew, supervisor, leader] = await Promise.all([Agent.at(centre, "1005", 1_000, folder), openPage(browser, centre.web), openPage(browser, centre.web), Leader.of(centre)]);
  await leader.post("/api/customers", CUSTOMER);
  await Promise.all([agent.begin(), signIn(crew, "5101"), signIn(supervisor, "2002")]);
}, LIMIT);

after(async () => {
  await Promise.all([agent, leader].map((one) => one?.close()));
  await browser?.close();
  await centre?.stop();
  rmSync(folder, { recursive: true, force: true });
}, LIMIT);

afterEach((context) => {
  if (context.passed === false) console.error(centre?.log());
});

const choose = async (page, field, word) => {
  await field.click();
  await page.keyboard.type(word);
  await page.locator(".ant-select-item-option, .ant-select-tree-title").filter({ hasText: word }).first().click();
};
/** The order as it stands, on its page. */
const at = async (page, state) => {
  await page.goto(`/work_orders/${number}`);
  await page.getByRole("heading", { level: 1 }).getByText(state).waitFor();
};
const press = (page, name) => page.getByRole("main").getByRole("button", { name, exact: true }).click();

test("the agent files it from the record of the call, and reads the number aloud", LIMIT, async () => {
  const { page } = agent;
  await agent.ready();
  const caller = await Telephone.at("127.0.0.2");
  await caller.say(440).call(centre.sip, NUMBER, "12345");
  await agent.answer();
  await page.getByLabel("记录", { exact: true }).fill(NOTED);
  await agent.button("需转工单").click();
  await page.getByRole("button", { name: "建立工单", exact: true }).click();
  const dialog = page.getByRole("dialog");
  // What the call and the customer say stands there already.
  assert.equal(await dialog.getByLabel("事项内容").inputValue(), NOTED);
  assert.equal(await dialog.getByLabel("联系电话").inputValue(), NUMBER);
  assert.equal(await dialog.getByLabel("地址", { exact: true }).inputValue(), CUSTOMER.account.address);
  await choose(page, dialog.getByLabel("事项分类"), "灶具、热水器");
  await choose(page, dialog.getByLabel("承办单位"), "抢修一班");
  await accessible(page, "an order being made");
  await picture(page, "order-new");
  await page.keyboard.press("Control+Enter");
  number = await page.locator("output").textContent();
  assert.match(number, /^\d{8}-\d{4}$/);
  await page.getByRole("button", { name: "完成" }).click();
  // Whoever calls again hears how it stands.
  await page.getByRole("tab", { name: "工单" }).click();
  await page.getByRole("tabpanel").getByText("已经交给抢修一班，等待接单。").waitFor();
  await agent.end();
  await caller.hangUp();
  caller.close();
});

test("it stands in the list, on the board, and among what is due", LIMIT, async () => {
  await supervisor.goto("/work_orders?view=all");
  await supervisor.getByRole("table", { name: "工单" }).getByRole("link", { name: number }).waitFor();
  await accessible(supervisor, "orders");
  await picture(supervisor, "orders");
  await supervisor.getByRole("button", { name: "看板" }).click();
  await supervisor.getByRole("region", { name: "待接单" }).getByText(number).waitFor();
  await accessible(supervisor, "orders on a board");
  await supervisor.getByRole("button", { name: "时限图" }).click();
  await supervisor.getByRole("img", { name: /时限图：1 张工单/ }).waitFor();
  await accessible(supervisor, "a map of deadlines");
  await supervisor.goto("/promises");
  await supervisor.getByRole("link", { name: "抢修一班" }).waitFor();
  await accessible(supervisor, "promises");
});

test("the crew takes it, arrives, and says what was done; what says nothing is refused", LIMIT, async () => {
  await at(crew, "已派");
  await press(crew, "接单");
  await crew.getByRole("heading", { level: 1 }).getByText("已接单").waitFor();
  await press(crew, "到场");
  await crew.getByRole("dialog").getByRole("button", { name: "到场" }).click();
  await crew.getByRole("heading", { level: 1 }).getByText("已到场").waitFor();
  await press(crew, "回单");
  const dialog = crew.getByRole("dialog");
  await dialog.getByLabel("原因").fill("正常正常正常");
  await dialog.getByLabel("处理措施").fill("更换表前阀门并检漏合格，点火试验正常");
  await dialog.getByRole("button", { name: "回单" }).click();
  await dialog.getByText(/请写得可以核查：原因/).waitFor();
  await dialog.getByLabel("原因").fill("燃气表前阀门卡死");
  await dialog.getByRole("button", { name: "回单" }).click();
  await crew.getByRole("heading", { level: 1 }).getByText("已回单").waitFor();
  await accessible(crew, "an order of the crew");
});

test("it is approved after the seconds in which that can be taken back, and closed with the customer's rating", LIMIT, async () => {
  await at(supervisor, "已回单");
  const approve = async () => {
    await press(supervisor, "审核通过");
    await supervisor.getByRole("dialog").getByRole("button", { name: "审核通过" }).click();
  };
  await approve();
  await supervisor.getByRole("button", { name: "撤销" }).click();
  await supervisor.getByText("已撤销：审核通过").waitFor();
  await settled(supervisor);
  await approve();
  // Who leaves has meant it.
  await supervisor.goto("/work_orders?view=to_call_back");
  await supervisor.goto(`/work_orders/${number}`);
  const heading = supervisor.getByRole("heading", { level: 1 });
  await heading.getByText(/待回访|已归档/).waitFor();
  // Of such matters some are called back; the others are closed at once.
  if (await heading.getByText("待回访").isVisible()) {
    await press(supervisor, "归档");
    const dialog = supervisor.getByRole("dialog");
    await dialog.getByRole("button", { name: "非常满意", exact: true }).click();
    await dialog.getByLabel("说明").fill("客户说修得很快");
    await dialog.getByRole("button", { name: "归档" }).click();
    await heading.getByText("已归档").waitFor({ timeout: 20_000 });
  }
  await supervisor.getByText("燃气表前阀门卡死").waitFor();
  await accessible(supervisor, "an order that is closed");
  await picture(supervisor, "order");
  assert.deepEqual([agent.page, crew, supervisor].flatMap((page) => page.complaints), []);
});
