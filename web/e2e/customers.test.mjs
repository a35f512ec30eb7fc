// Customers as somebody at an office desk meets them: a file comes in, is tried, corrected and found again; and what hostile cells become.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, afterEach, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { accessible, openBrowser, openPage, picture, settled, signIn, WITH_PICTURES } from "./browser.mjs";
import { Centre } from "./centre.mjs";

const SUPERVISOR = "2002";
const LIMIT = { timeout: 180_000 };
/** The big list of naughty strings; it stands beside the project, not in it. */
const NAUGHTY = fileURLToPath(new URL("../../../shared/data/naughty-strings/blns.json", import.meta.url));

let centre, browser, page;

before(async () => {
  centre = await Centre.start({ telephones: 0, customers: 200 });
  browser = await openBrowser();
  page = await openPage(browser, centre.web);
  page.on("dialog", (dialog) => page.complaints.push(`a dialog opened: ${dialog.message()}`));
  await signIn(page, SUPERVISOR);
}, LIMIT);

after(async () => {
  await browser?.close();
  await centre?.stop();
}, LIMIT);

afterEach((context) => {
  if (context.passed === false) console.error(centre?.log());
});

const cell = (text) => `"${text.replaceAll('"', '""')}"`;
const file = (name, rows) => ({ name, mimeType: "text/csv", buffer: Buffer.from(`\ufeff${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`) });

async function upload(name, rows) {
  await page.goto("/customers/import");
  await page.locator("input[type=file]").setInputFiles(file(name, rows));
  await page.getByRole("heading", { level: 2, name }).waitFor();
}

/** A count of the job, beside its word. */
const counted = (word, value) => page.getByRole("term").filter({ hasText: word }).locator("xpath=following-sibling::dd[1]").getByText(value).waitFor();

/** Tried until the index has it: what came in is found a moment later. */
async function findable(text, who) {
  for (;;) {
    const { groups } = await (await page.request.get(`/api/search?q=${encodeURIComponent(text)}`)).json();
    if (groups.some(({ hits }) => hits.some(({ title }) => title.startsWith(who)))) return;
    await pause(200);
  }
}

/** Ctrl+K, typed, and the first whose name begins so. */
async function open(text, who = "") {
  await findable(text, who);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "搜索客户、户号、表号、地址" }).fill(text);
  const hit = page.getByRole("option").filter({ hasText: who }).first();
  await hit.waitFor();
  await accessible(page, `search for ${text}`);
  await hit.click();
  await page.waitForURL(/\/customers\/cu_/);
}

async function downloaded(click) {
  const [download] = await Promise.all([page.waitForEvent("download"), click()]);
  return readFileSync(await download.path(), "utf8");
}

test("a file of customers is uploaded, its columns named, tried, its faults fetched, and taken", LIMIT, async () => {
  await page.getByRole("link", { name: "客户", exact: true }).click();
  await page.getByRole("button", { name: "导入客户" }).click();
  await page.getByRole("heading", { level: 1, name: "导入客户" }).waitFor();
  await upload("新装用户.csv", [
    ["户号", "户名", "怎么找他", "地址"],
    ["900000001", "欧阳明月", "13800007701", "城中区长江路1号翠湖花园3栋2单元301室"],
    ["900000002", "司徒清风", "13800007702", "城中区长江路1号翠湖花园3栋2单元302室"],
    ["900000003", "错号先生", "不是号码", "城中区长江路1号翠湖花园3栋2单元303室"],
  ]);
  const column = page.getByRole("combobox", { name: "“怎么找他”是什么" });
  await column.click();
  // While the list opens it moves: pressed here and let go there is no click.
  await settled(page);
  await page.locator(".ant-select-item-option").filter({ hasText: /^电话$/ }).click();
  await page.locator(".ant-select", { has: column }).getByText("电话", { exact: true }).waitFor();
  await page.getByRole("button", { name: "试运行" }).click();
  await page.getByText("试运行完成，数据库没有改动").waitFor();
  await counted("新客户", "2");
  const faults = await downloaded(() => page.getByRole("link", { name: /下载 1 行/ }).click());
  assert.match(faults, /4,number,.*不是号码/);
  assert.doesNotMatch(faults, /欧阳明月/);
  await accessible(page, "an import that was tried");
  await page.getByRole("button", { name: "开始导入" }).click();
  await page.getByRole("table", { name: "最近的导入" }).getByText("已完成").waitFor();
});

test("they are found by the tail of the number and by initials", LIMIT, async () => {
  await open("7701", "欧");
  await page.getByRole("heading", { level: 1, name: /^.*欧/ }).waitFor();
  if (WITH_PICTURES) {
    await page.goto("/customers?flag=elderly");
    await page.getByRole("table", { name: "客户" }).getByRole("link").first().click();
    await page.getByRole("heading", { level: 1 }).getByText("独居老人").waitFor();
    await picture(page, "customer");
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "搜索客户、户号、表号、地址" }).fill("王");
    await page.getByRole("option").first().waitFor();
    await picture(page, "search");
    await page.keyboard.press("Escape");
  }
  await open("stqf", "司");
  await page.getByRole("heading", { level: 1, name: /^.*司/ }).waitFor();
  await settled(page);
  assert.deepEqual(page.complaints, []);
});

test("formulas and scripts in a file are texts on the page and in exports", LIMIT, async (context) => {
  if (!existsSync(NAUGHTY)) return context.skip(`${NAUGHTY} is not there`);
  const all = JSON.parse(readFileSync(NAUGHTY, "utf8"));
  const scripts = all.filter((text) => /<(script|img|svg)/i.test(text) && text.length < 60).slice(0, 5);
  const names = ["=1+1", "@SUM(1+1)*cmd|' /C calc'!A0", ...scripts];
  await upload("奇怪的名字.csv", [["户号", "户名", "电话", "地址"], ...names.map((name, at) => [`91000000${at}`, name, `1380000880${at}`, `${name}1号`])]);
  await page.getByRole("button", { name: "试运行" }).click();
  await page.getByText("试运行完成，数据库没有改动").waitFor();
  await page.getByRole("button", { name: "开始导入" }).click();
  await page.getByRole("table", { name: "最近的导入" }).getByRole("row").filter({ hasText: "奇怪的名字" }).getByText("已完成").waitFor();

  for (const at of [0, 2]) {
    await open(`91000000${at}`);
    await page.getByRole("button", { name: "查看完整信息" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("原因").fill("核对名字");
    await dialog.getByRole("button", { name: "查看" }).click();
    await page.getByRole("heading", { level: 1 }).getByText(names[at], { exact: true }).waitFor();
  }

  await page.goto("/customers");
  await page.getByRole("button", { name: "导出" }).click();
  const table = await downloaded(() => page.getByRole("menuitem", { name: "导出 CSV（脱敏）" }).click());
  const cells = table.replace(/^\ufeff/, "").split(/[\r\n]+/).flatMap((line) => line.split(",")).map((text) => text.replace(/^"/, ""));
  assert.ok(cells.includes("910000000"), "what came in is in the export");
  assert.deepEqual(cells.filter((text) => /^[=+@-]/.test(text)), []);
  assert.deepEqual(page.complaints, []);
});
