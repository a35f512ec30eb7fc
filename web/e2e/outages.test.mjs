// A planned outage from a sheet and a fault at once: who is telephoned, and what callers hear whose supply is off, and all others.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { accessible, openBrowser, openPage, picture, settled, signIn, still } from "./browser.mjs";
import { Centre } from "./centre.mjs";
import { CUSTOMER, NUMBER } from "./customer.mjs";
import { Leader } from "./leader.mjs";
import { Telephone } from "./telephone.mjs";

const LIMIT = { timeout: 180_000 };
const HOTLINE = "95598";
/** Nobody's number. */
const STRANGER = "13800009999";
const PLANNED = "翠湖花园一期";
const FAULT = "翠湖花园3栋";
let centre, browser, one, other, leader, fault;

before(async () => {
  centre = await Centre.start({ telephones: 0 });
  browser = await openBrowser();
  [one, other, leader] = await Promise.all([openPage(browser, centre.web), openPage(browser, centre.web), Leader.of(centre)]);
  const { id } = await (await leader.post("/api/customers", CUSTOMER)).json();
  const { version } = await (await leader.get(`/api/customers/${id}`)).json();
  await leader.post(`/api/customers/${id}/acts`, { version, act: "set_flag", flag: "important", reason: "社区诊所" });
  await Promise.all([signIn(one, "2001"), signIn(other, "2002")]);
}, LIMIT);

after(async () => {
  await leader?.close();
  await browser?.close();
  await centre?.stop();
}, LIMIT);

afterEach((context) => {
  if (context.passed === false) console.error(centre?.log());
});

const main = (page) => page.getByRole("main");
const press = (page, name) => main(page).getByRole("button", { name, exact: true }).first().click();
const say = async (page, name) => {
  await press(page, name);
  const button = page.getByRole("dialog").getByRole("button", { name, exact: true });
  await button.waitFor();
  await still(page);
  await button.click();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
};
const state = (page, word) => main(page).getByText(word, { exact: true }).first().waitFor();

test("a planned outage is entered from a sheet of risers; what is not in the network is told", LIMIT, async () => {
  const risers = await leader.until("/api/outages/elements?text=LG-", (found) => found.length >= 2 && found);
  const codes = risers.slice(0, 2).map(({ code }) => code);
  await one.goto("/outages");
  await accessible(one, "outages");
  await one.getByRole("link", { name: "录入停供" }).or(one.getByRole("button", { name: "录入停供" })).first().click();
  await one.getByLabel("区域说法").fill(PLANNED);
  await one.getByLabel("原因说明").fill("立管更换");
  const sheet = Buffer.from(`编号\n${codes.join("\n")}\nLG-没有的\n`);
  await one.locator("input[type=file]").setInputFiles({ name: "停气立管.csv", mimeType: "text/csv", buffer: sheet });
  await one.getByText("LG-没有的").waitFor();
  await one.getByLabel("户号", { exact: true }).fill(CUSTOMER.account.number);
  await one.getByText(/重要 \d/).first().waitFor();
  await accessible(one, "an outage being entered");
  await picture(one, "outage-new");
  await press(one, "存为草稿");
  await one.getByRole("heading", { level: 1 }).getByText(PLANNED).waitFor();
});

test("another person approves it, it is published, and who must be telephoned stands in the list", LIMIT, async () => {
  await press(one, "提交");
  await state(one, "待批准");
  const url = new URL(one.url()).pathname;
  await other.goto(url);
  await say(other, "批准");
  await state(other, "待发布");
  await say(other, "发布");
  await state(other, "已发布");
  await other.getByRole("region", { name: "重要客户致电" }).getByText("提前 1 天").first().waitFor();
  await accessible(other, "an outage that is published");
  await other.goto("/outages/calls");
  await settled(other);
  await accessible(other, "who is telephoned");
});

test("a fault is raised: published at once, its greeting approved, and speaking", LIMIT, async () => {
  await one.goto("/outages/new");
  await one.getByRole("group", { name: "类型" }).getByText("故障").click();
  await one.getByLabel("区域说法").fill(FAULT);
  await one.getByLabel("原因说明").fill("管网突发故障");
  await one.getByLabel("户号", { exact: true }).fill(CUSTOMER.account.number);
  await one.getByText(/^1 户/).first().waitFor();
  await press(one, "存为草稿");
  await one.getByRole("heading", { level: 1 }).getByText(FAULT).waitFor();
  fault = new URL(one.url()).pathname;
  await other.goto(fault);
  await say(other, "发布");
  await state(other, "停供中");
  await other.getByText("正在播放").waitFor();
  await accessible(other, "a fault");
  await picture(other, "outage");
});

/** What somebody heard before the menu, by the record of the call. */
async function heardBy(number) {
  const telephone = await Telephone.at("127.0.0.2");
  await telephone.call(centre.sip, number, HOTLINE);
  await pause(6_000);
  const { samples } = telephone.heard(3_000);
  assert.ok(samples.some((sample) => Math.abs(sample) > 1_000), "a voice speaks");
  await telephone.hangUp();
  telephone.close();
  const call = await leader.ended(number);
  return call.heard;
}

test("whoever is without hears of his own outage, everybody else of the large one", LIMIT, async () => {
  const id = fault.split("/").at(-1);
  const own = await heardBy(NUMBER);
  assert.deepEqual(own.map(({ subject, own: his }) => [subject, his]), [[id, true]]);
  const others = await heardBy(STRANGER);
  assert.ok(others.every(({ subject, own: his }) => subject !== id && !his), JSON.stringify(others));
  assert.ok(others.length > 0, "the demo's large fault is told to everybody");
});

test("what was said is revised: the next caller hears that, and what did not hold stays to be seen", LIMIT, async () => {
  await press(other, "更新进展");
  const dialog = other.getByRole("dialog");
  await dialog.getByLabel("预计恢复时间").fill(inShanghai(2 * 3_600_000));
  await other.keyboard.press("Enter");
  await dialog.getByLabel("原因", { exact: true }).fill("正在更换阀门");
  await dialog.getByRole("button", { name: "发布进展" }).click();
  await dialog.waitFor({ state: "hidden" });
  const caller = await Telephone.at("127.0.0.2");
  await caller.call(centre.sip, NUMBER, HOTLINE);
  await pause(3_000);
  await caller.hangUp();
  caller.close();
  const revisions = await leader.until(`/api/calls?number=${NUMBER}`, ({ items }) => items.length === 2 && items.every(({ ended }) => ended) && items);
  const last = await (await leader.get(`/api/calls/${revisions[0].id}`)).json();
  assert.deepEqual(last.heard.map(({ revision }) => revision), [2]);
});

test("storm mode: one switch, everybody sees it, and it leaves a report", LIMIT, async () => {
  await other.goto("/storms");
  await press(other, "开启应急模式");
  const on = other.getByRole("dialog");
  await on.getByText("紧急来电始终直接接入", { exact: false }).waitFor();
  await on.getByRole("button", { name: "暴雨" }).click();
  await on.getByRole("button", { name: "开启应急模式" }).click();
  await on.waitFor({ state: "hidden" });
  await main(other).getByText(/应急模式已开启，.*原因：暴雨/).waitFor();
  await one.getByRole("status").getByText(/^应急模式 \d\d:\d\d 起$/).waitFor();
  await accessible(other, "a storm");
  await picture(other, "storm");
  await press(other, "解除应急模式");
  const off = other.getByRole("dialog");
  await off.getByRole("button", { name: "解除应急模式" }).click();
  await off.waitFor({ state: "hidden" });
  await other.getByRole("link", { name: "历次报告" }).click();
  await main(other).getByRole("table").getByText("暴雨").waitFor();
});

test("supply is back: it is over for callers half an hour later, and its page says who is told", LIMIT, async () => {
  await other.goto(fault);
  await other.getByRole("button", { name: "恢复供气前告知" }).waitFor();
  await say(other, "恢复供气前告知");
  await say(other, "已恢复供应");
  await state(other, "已恢复");
  await accessible(other, "an outage that is over");
  assert.deepEqual([one, other].flatMap((page) => page.complaints), []);
});

/** As the page's own fields want it; browsers of the tests are in Shanghai. */
function inShanghai(later) {
  return new Date(Date.now() + later + 8 * 3_600_000).toISOString().slice(0, 16).replace("T", " ");
}
