// The tour of the README, taken by a browser through a real centre while real calls go on.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { accessible, openBrowser, openPage, picture, settled, signIn, sounding, WITH_PICTURES } from "./browser.mjs";
import { Centre } from "./centre.mjs";

const LEADER = "2002";
/** Of no queue that is called here, at a telephone. */
const AGENT = "1002";
const AUDITOR = "3003";
const ADMIN = "3001";
const LIMIT = { timeout: 60_000 };

let centre, browser, leader;

before(async () => {
  centre = await Centre.start();
  browser = await openBrowser();
  leader = await openPage(browser, centre.web);
}, LIMIT);

after(async () => {
  await browser?.close();
  await centre?.stop();
}, LIMIT);

afterEach((context) => {
  if (context.passed === false) console.error(centre?.log());
});

/** Asks the server until it has what is wanted; for what happens on the telephone, not on the page. */
async function until(page, path, wanted) {
  for (;;) {
    const found = wanted(await (await page.request.get(path)).json());
    if (found) return found;
    await pause(300);
  }
}

test("a wrong password is told, the right one leads in", LIMIT, async () => {
  await leader.goto("/sign-in");
  assert.deepEqual(leader.complaints, []);
  await settled(leader);
  await picture(leader, "sign-in");
  await leader.getByLabel("工号").fill(LEADER);
  await leader.getByLabel("密码", { exact: true }).fill("not this one");
  await leader.getByRole("button", { name: "登录" }).click();
  await leader.getByRole("alert").getByText(/密码/).waitFor();
  await signIn(leader, LEADER);
  await leader.getByRole("heading", { level: 1, name: "现场" }).waitFor();
});

test("the floor moves with the calls", LIMIT, async () => {
  await settled(leader);
  await centre.call(WITH_PICTURES ? { calls: 150, perSecond: 0.6, secondsAtLeast: 16, secondsAtMost: 30 } : { calls: 40, perSecond: 2, secondsAtLeast: 8, secondsAtMost: 16 });
  const asking = leader.getByRole("region", { name: "请求人工 今日" });
  await asking.getByText(/^[1-9]\d*\s*次$/).waitFor();
  const seats = leader.getByRole("list", { name: "座席" });
  await seats.getByRole("listitem").filter({ hasText: "接线中" }).first().waitFor();
  await leader.getByRole("list", { name: "通话列表" }).getByRole("button").first().waitFor();
  const talking = leader.getByRole("group", { name: "按状态筛选座席" }).getByRole("button", { name: /^接线中/ });
  await talking.click();
  await leader.waitForURL(/state=talking/);
  await talking.click();
  await leader.waitForURL((url) => !url.search.includes("state"));
});

test("a call is found, opened, and its recording heard", { timeout: WITH_PICTURES ? 180_000 : 60_000 }, async () => {
  const enough = WITH_PICTURES ? 12 : 1;
  const number = await until(leader, "/api/calls?result=answered", ({ items }) => {
    const heard = items.filter((call) => call.ended && call.recording && call.talk_ms > 5_000);
    return heard.length >= enough && heard[0].from.slice(-4);
  });
  await picture(leader, "floor");

  await leader.getByRole("link", { name: "通话", exact: true }).click();
  await leader.getByRole("table", { name: "通话" }).getByRole("row").nth(1).waitFor();
  await settled(leader);
  if (WITH_PICTURES) await leader.goto("/calls?result=answered");
  await picture(leader, "calls");
  await leader.getByLabel("客户号码").fill(number);
  await leader.getByLabel("客户号码").press("Enter");
  await leader.waitForURL(new RegExp(`number=${number}`));
  const row = leader.getByRole("table", { name: "通话" }).getByRole("row").filter({ hasText: number });
  await row.getByText("已接通").waitFor();
  await row.getByRole("link").first().click();

  await leader.getByRole("heading", { level: 1, name: new RegExp(number) }).waitFor();
  await leader.getByRole("img", { name: /通话经过/ }).waitFor();
  await settled(leader);
  await picture(leader, "call");

  // The call's page has a player of its own; leaving the page ends its sound.
  const sound = leader.waitForResponse((response) => response.url().endsWith("/audio"));
  await leader.getByRole("button", { name: /播放/ }).click();
  const answer = await sound;
  assert.ok(answer.ok() && answer.headers()["content-type"] === "audio/wav", `${answer.status()} ${answer.headers()["content-type"]}`);
  await leader.getByRole("button", { name: /暂停/ }).waitFor();
  assert.equal(await sounding(leader), 1);
  await leader.getByRole("link", { name: "听录音" }).click();
  // The address changes before the page does, which is on its way.
  await leader.getByRole("heading", { level: 2, name: "录音信息" }).waitFor();
  await settled(leader);
  assert.equal(await sounding(leader), 0);
  const drawn = () => [...document.querySelectorAll("*")].flatMap((one) => [...(one.shadowRoot?.querySelectorAll("canvas") ?? [])]).filter((canvas) => canvas.width > 0 && canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((byte) => byte > 0)).length;
  await leader.waitForFunction(`(${drawn})() >= 2`);
  await leader.getByRole("button", { name: /播放/ }).click();
  await leader.waitForFunction(() => Number(document.querySelector("input[type=range]")?.value) >= 2);
  await leader.getByRole("button", { name: /暂停/ }).click();
  await picture(leader, "recording");
});

test("menus and people are shown", LIMIT, async () => {
  await leader.getByRole("link", { name: "后台" }).click();
  await leader.getByRole("link", { name: "语音导航" }).click();
  await leader.getByRole("table", { name: "语音导航" }).getByRole("link", { name: "hotline" }).click();
  await leader.waitForURL(/\/ivr_flows\/fl_/);
  await leader.getByText("流程图", { exact: true }).click();
  await leader.locator(".react-flow__node").first().waitFor();
  await settled(leader);
  await picture(leader, "ivr_flows");
  await leader.getByRole("link", { name: "人员", exact: true }).click();
  await leader.getByRole("table", { name: "人员" }).getByText("李敏").waitFor();
  await settled(leader);
  await picture(leader, "people");
});

test("an agent chooses her state, her leader sees it and may order another", LIMIT, async () => {
  const agent = await openPage(browser, centre.web);
  await signIn(agent, AGENT);
  await agent.getByRole("button", { name: "我的状态：置闲" }).click();
  await agent.getByRole("menuitem", { name: "用餐" }).click();
  await agent.getByRole("button", { name: "我的状态：用餐" }).waitFor();
  await agent.getByRole("heading", { level: 1, name: "我的座席" }).waitFor();
  await accessible(agent, "an agent's own desk");

  await leader.getByRole("link", { name: "班长" }).click();
  await leader.getByRole("link", { name: "现场" }).click();
  const seat = leader.getByRole("list", { name: "座席" }).getByRole("listitem").filter({ hasText: AGENT });
  await seat.getByText("用餐").waitFor();
  await seat.getByRole("button").click();
  const dialog = leader.getByRole("dialog", { name: /调度/ });
  await dialog.getByRole("button", { name: "置闲" }).click();
  await dialog.getByLabel("理由").fill("来电高峰");
  await accessible(leader, "the order to a seat");
  await dialog.getByRole("button", { name: "下达" }).click();
  await agent.getByRole("button", { name: "我的状态：置闲" }).waitFor();
  assert.deepEqual(agent.complaints, []);
  await agent.context().close();
});

test("an administrator adds a queue and takes it out of use", LIMIT, async () => {
  const admin = await openPage(browser, centre.web);
  await signIn(admin, ADMIN);
  await admin.goto("/calls/queues");
  await admin.getByRole("heading", { level: 1, name: "队列" }).waitFor();
  await admin.getByRole("button", { name: "新建队列" }).click();
  const dialog = admin.getByRole("dialog");
  await dialog.getByLabel("代号").fill("night");
  await dialog.getByLabel("名称").fill("夜间专席");
  await dialog.getByRole("button", { name: "保存" }).click();
  const row = admin.getByRole("table", { name: "队列" }).getByRole("row").filter({ hasText: "夜间专席" });
  await row.getByText("启用").waitFor();
  await row.getByRole("button").click();
  await dialog.getByLabel(/^停用/).check();
  await dialog.getByRole("button", { name: "保存" }).click();
  await row.getByText("停用").waitFor();
  for (const path of ["/calls/queues", "/calls/trunks", "/calls/dial_rules"]) {
    await admin.goto(path);
    await accessible(admin, path);
  }
  assert.deepEqual(admin.complaints, []);
  await admin.context().close();
});

test("the audit tells who heard what", LIMIT, async () => {
  const auditor = await openPage(browser, centre.web);
  await signIn(auditor, AUDITOR);
  await auditor.goto("/audit?room=recordings&kind=looked");
  await auditor.getByRole("table", { name: "日志" }).getByRole("row").filter({ hasText: "韩雪" }).first().waitFor();
  await settled(auditor);
  await accessible(auditor, "/audit");
  assert.deepEqual(auditor.complaints, []);
  await auditor.context().close();
});

test("nothing keeps anybody out, in any theme", { timeout: WITH_PICTURES ? 600_000 : 300_000 }, async () => {
  const [call, recording, flow] = await Promise.all(["calls?result=answered", "recordings", "ivr_flows"].map(async (path) => (await (await leader.request.get(`/api/${path}`)).json()).items[0].id));
  const pages = ["/floor", "/floor?wall=1", "/floor?view=trend", "/calls", "/calls/owed", `/calls/${call}`, "/recordings", `/recordings/${recording}`, "/ivr_flows", "/ivr_flows/prompts", "/ivr_flows/numbers", `/ivr_flows/${flow}`, "/people", "/people/groups", "/people/roles", "/nothing/here"];
  for (const path of pages) {
    await leader.goto(path);
    await accessible(leader, path);
  }
  assert.deepEqual(leader.complaints, []);
  const others = { [AGENT]: ["/calls/desk", "/account"], [ADMIN]: ["/calls/queues"], 3002: ["/people", "/people/roles", "/account"] };
  for (const [number, paths] of Object.entries(others)) {
    const page = await openPage(browser, centre.web);
    await signIn(page, number);
    for (const path of paths) {
      await page.goto(path);
      await accessible(page, `${number} ${path}`);
    }
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  }
  const stranger = await openPage(browser, centre.web);
  await stranger.goto("/sign-in");
  await accessible(stranger, "/sign-in");
  await stranger.context().close();
});
