// A leak from the call to the customer's word: filed at the desk, done by a crew with a phone, read, asked about, closed; its page tells all of it.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { Agent } from "./agent.mjs";
import { accessible, openBrowser, openPage, picture, settled, signIn } from "./browser.mjs";
import { Centre } from "./centre.mjs";
import { arrived, choose, opened, phoneOf, photographed, press, resulted, sent, signed } from "./crew.mjs";
import { CUSTOMER, NUMBER } from "./customer.mjs";
import { Leader } from "./leader.mjs";
import { Telephone } from "./telephone.mjs";

const NOTED = "厨房闻到煤气味，已开窗，人在楼下";
const CAUSE = "灶具连接软管老化，接口处微漏";
const SAID = "来得很快，修好了";
const LIMIT = { timeout: 300_000 };
/** Customers are not called at night or over lunch; this test is run at any hour. */
const AT_ANY_HOUR = { hours: [{ part: "morning", from: "00:00:00", to: "23:59:59.999" }], parts_needed: 0 };
const folder = mkdtempSync(join(tmpdir(), "switchboard-orders-"));
let centre, browser, agent, phone, supervisor, asker, leader, number;

before(async () => {
  centre = await Centre.start({ telephones: 0, customers: 50, writing: 120 });
  browser = await openBrowser();
  [agent, supervisor, asker, leader, phone] = await Promise.all([
    Agent.at(centre, "1005", 1_000, folder),
    openPage(browser, centre.web),
    openPage(browser, centre.web),
    Leader.of(centre),
    phoneOf(browser, centre.web).then(opened),
  ]);
  await leader.post("/api/customers", CUSTOMER);
  const rules = await (await leader.get("/api/callbacks/settings")).json();
  await leader.put("/api/callbacks/settings", { ...rules, settings: { ...rules.settings, ...AT_ANY_HOUR } });
  await Promise.all([agent.begin(), signIn(phone, "5101"), signIn(supervisor, "2002"), signIn(asker, "2001")]);
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

const pick = async (page, field, word) => {
  await field.click();
  await page.keyboard.type(word);
  // While the list opens it moves: pressed here and let go there is no click.
  await settled(page);
  await page.locator(".ant-select-item-option, .ant-select-tree-title").filter({ hasText: word }).first().click();
};

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
  await pick(page, dialog.getByLabel("事项分类"), "泄漏异味");
  await pick(page, dialog.getByLabel("承办单位"), "抢修一班");
  // What is dangerous is urgent, whoever says otherwise.
  assert.ok(await dialog.getByRole("checkbox", { name: "危及人身安全" }).isDisabled());
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

test("the crew takes it on the phone, is there in time, and writes what was done, with a photo and the customer's signature", LIMIT, async () => {
  await phone.goto("/field");
  await choose(phone, number);
  await press(phone, "接单");
  await arrived(phone);
  await photographed(phone);
  await signed(phone);
  await resulted(phone, CAUSE);
  await phone.getByText("已回单").first().waitFor();
  await sent(phone);
});

test("its result is read, and approved after the seconds in which that can be taken back", LIMIT, async () => {
  await supervisor.goto(`/work_orders/${number}`);
  const heading = supervisor.getByRole("heading", { level: 1 });
  await heading.getByText("已回单").waitFor();
  await supervisor.getByText(CAUSE).first().waitFor();
  const approve = async () => {
    await supervisor.getByRole("main").getByRole("button", { name: "审核通过", exact: true }).click();
    await supervisor.getByRole("dialog").getByRole("button", { name: "审核通过" }).click();
  };
  await approve();
  await supervisor.getByRole("button", { name: "撤销" }).click();
  await supervisor.getByText("已撤销：审核通过").waitFor();
  await settled(supervisor);
  await approve();
  // Who leaves has meant it.
  await supervisor.goto("/work_orders?view=to_call_back");
  await supervisor.getByRole("table", { name: "工单" }).getByRole("link", { name: number }).waitFor();
});

test("whoever has not accepted it asks the customer, and closes it with what he says", LIMIT, async () => {
  await asker.goto("/callbacks");
  await asker.getByRole("table").getByRole("link", { name: number }).waitFor();
  await accessible(asker, "call-backs");
  await asker.getByRole("button", { name: "取下一个" }).click();
  await asker.getByRole("heading", { level: 1 }).getByText(number).waitFor();
  const answer = (question, word) => asker.getByRole("group", { name: question, exact: true }).getByRole("button", { name: word, exact: true }).click();
  await answer("本次结果", "接通");
  await answer("问题是否解决", "已解决");
  await answer("到场时间是否属实", "属实");
  await answer("满意度", "非常满意");
  await asker.getByLabel("客户原话").fill(SAID);
  await accessible(asker, "a call-back");
  await asker.getByRole("button", { name: "提交并归档" }).click();
  await asker.getByText("此次回访已结束").waitFor();
});

test("its page tells all of it: every step, the promise kept, the files, what the customer was told and what he said", LIMIT, async () => {
  await supervisor.goto(`/work_orders/${number}`);
  await supervisor.getByRole("heading", { level: 1 }).getByText("已归档").waitFor();
  const panel = (name) => supervisor.getByRole("region", { name });
  const steps = await panel("办理过程").getByRole("listitem").locator("b").allTextContents();
  assert.deepEqual(steps.reverse(), ["受理", "派单", "接单", "到场", "添加文件", "添加文件", "回单", "审核通过", "归档"]);
  await panel("时限与承诺").getByRole("listitem").filter({ hasText: "到场" }).getByText("已兑现").first().waitFor();
  assert.equal(await panel("照片与文件").getByRole("img").count(), 2);
  await panel("短信与通知").getByText(number).first().waitFor();
  await panel("客户回访").getByText("非常满意").waitFor();
  await panel("客户回访").getByText(SAID).waitFor();
  await accessible(supervisor, "an order that is closed");
  await picture(supervisor, "order");
  // On paper there is nothing to press, and room to sign.
  await supervisor.emulateMedia({ media: "print" });
  await supervisor.getByText("领导批示").waitFor();
  assert.equal(await supervisor.locator("button:not(.linkish):visible, nav:visible").count(), 0);
  await supervisor.emulateMedia({ media: "screen" });
  assert.deepEqual([agent.page, phone, supervisor, asker].flatMap((page) => page.complaints), []);
});

test("nothing around the orders keeps anybody out, in any theme", { timeout: 300_000 }, async () => {
  const pages = ["/notices", "/notices/templates", "/notices/bulletins", "/notices/settings", "/callbacks/figures", "/callbacks/settings", "/promises?view=kept", "/promises?view=report"];
  pages.push("/work_orders/settings", "/work_orders/settings?part=kinds", "/work_orders/settings?part=limits", "/departments", "/departments/duty", "/departments/matters");
  for (const path of pages) {
    await supervisor.goto(path);
    await accessible(supervisor, path);
  }
  assert.deepEqual(supervisor.complaints, []);
});
