// A shift and its end: a caller complains about the agent on the line, past that agent; the outgoing leader draws what is left, the incoming one verifies each item, both sign, and the log is completed by hand.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { Agent } from "./agent.mjs";
import { accessible, openBrowser, openPage, picture, settled, signIn } from "./browser.mjs";
import { Centre } from "./centre.mjs";
import { Leader } from "./leader.mjs";
import { Telephone } from "./telephone.mjs";

const SAID = "客户说我态度生硬，没听完就打断";
const NOTED = "市应急局来电询问泄漏处置，已按口径答复";
const MENDED = "应为区应急局";
const NEXT = "盯住到场时间，到场后回电";
const ASKED = "表前阀关了没有？";
const TOLD = "已关，抢修员在现场";
const ADDED = "小结漏记一次设备重启";
const LIMIT = { timeout: 300_000 };
const folder = mkdtempSync(join(tmpdir(), "switchboard-shift-"));
let centre, browser, agent, leader, outgoing, incoming, member, complaint, leak;

before(async () => {
  centre = await Centre.start({ telephones: 0, customers: 50, writing: 120 });
  browser = await openBrowser();
  [agent, outgoing, incoming, member, leader] = await Promise.all([
    Agent.at(centre, "1005", 1_000, folder),
    openPage(browser, centre.web),
    openPage(browser, centre.web),
    openPage(browser, centre.web),
    Leader.of(centre),
  ]);
  // A shift is handed over shortly before its end; this test is run at any hour.
  const rules = await (await leader.get("/api/handover/settings")).json();
  await leader.put("/api/handover/settings", { ...rules, settings: { ...rules.settings, early_min: 720 } });
  // One after the other: a program that is not built for speed reads the pages slowly.
  await agent.begin();
  for (const [page, number] of [[outgoing, "2001"], [incoming, "2002"], [member, "2003"]]) await signIn(page, number);
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

/** What the agent's own browser is answered. */
const asAgent = (path, body) =>
  agent.page.evaluate(
    async ([path, body]) => {
      const reply = await fetch(path, body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
      return { status: reply.status, body: await reply.json().catch(() => null) };
    },
    [path, body],
  );

/** One matter on the list, by its own number: an escalation names that of its order, too. */
const item = (page, number) => page.getByRole("article").filter({ has: page.getByRole("link", { name: number, exact: true }) });

/** Pressed, and the server has answered. */
async function acted(page, press) {
  const [reply] = await Promise.all([page.waitForResponse((one) => one.url().endsWith("/act") && one.request().method() === "POST"), press()]);
  assert.equal(reply.status(), 200, await reply.text());
}

/** In the dialog that opens: a sentence, and the button with this name. */
async function answered(page, text, name) {
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox").fill(text);
  await acted(page, () => dialog.getByRole("button", { name, exact: true }).click());
  await dialog.waitFor({ state: "hidden" });
}

/** A signature is asked for twice. */
async function signed(page, name) {
  await page.getByRole("main").getByRole("button", { name, exact: true }).click();
  await acted(page, () => page.getByRole("dialog").getByRole("button", { name, exact: true }).click());
}

test("the caller complains about the agent on the line: one sentence, and the agent never sees it again", LIMIT, async () => {
  const { page } = agent;
  await agent.ready();
  const caller = await Telephone.at("127.0.0.2");
  await caller.say(440).call(centre.sip, "13800000001", "12345");
  await agent.answer();
  await page.getByRole("tab", { name: "投诉本人" }).click();
  const panel = page.getByRole("tabpanel");
  assert.ok(await panel.getByRole("button", { name: "登记投诉" }).isDisabled(), "a sentence is needed");
  await panel.getByLabel("客户所述").fill(SAID);
  await accessible(page, "a complaint about oneself");
  await panel.getByRole("button", { name: "登记投诉" }).click();
  const done = await panel.getByText(/已登记，工单号 \d{8}-\d{4}/).first().textContent();
  [complaint] = done.match(/\d{8}-\d{4}/);
  const seen = await asAgent(`/api/work_orders/${complaint}`);
  assert.ok([403, 404].includes(seen.status), `the agent reads it: ${seen.status}`);
  assert.equal((await asAgent(`/api/complaints?set=all`)).status, 403);
  await agent.end();
  await caller.hangUp();
  caller.close();
});

test("the leader and the committee have it, and nobody else can change it", LIMIT, async () => {
  for (const page of [outgoing, incoming, member]) {
    await page.goto("/complaints");
    await page.getByRole("table").getByRole("link", { name: complaint }).waitFor();
  }
  await member.getByRole("table").getByRole("link", { name: complaint }).click();
  await member.getByText(SAID).first().waitFor();
  await accessible(member, "a case");
  const { items } = await (await leader.get("/api/complaints?set=all")).json();
  const { order } = items.find(({ number }) => number === complaint);
  const void_ = { act: { act: "void", why: "登记有误，请作废" } };
  const tried = await asAgent(`/api/work_orders/${order}/act`, void_);
  assert.ok([403, 404].includes(tried.status), `the agent changes it: ${tried.status}`);
});

test("what the shift leaves stands on the outgoing leader's list while it works, and in the log", LIMIT, async () => {
  const matter = {
    kind: "fault",
    subtype: "fault.leak",
    content: "厨房闻到煤气味，越来越浓",
    area: "青岚区",
    address: "青岚区淮河中路10号3栋201",
    danger: true,
    contact: { name: "王小明", phone: "13812345678" },
    fields: { reported: "3栋201" },
  };
  const filed = await asAgent("/api/work_orders", { matter });
  assert.equal(filed.status, 200, JSON.stringify(filed.body));
  leak = filed.body.number;
  await outgoing.goto("/handover");
  for (const number of [leak, complaint]) await item(outgoing, number).waitFor();
  await item(outgoing, leak).getByText("紧急", { exact: true }).waitFor();
  // Somebody above was called for at once: whom it waits for is handed over, too.
  await outgoing.getByRole("article").filter({ hasText: "已上报" }).filter({ hasText: leak }).first().waitFor();
  await accessible(outgoing, "a shift that works");
  await outgoing.getByRole("link", { name: "值班日志" }).click();
  await outgoing.getByRole("listitem").filter({ hasText: leak }).first().waitFor();
  await outgoing.getByLabel("补记日志").fill(NOTED);
  await outgoing.getByRole("button", { name: "补记", exact: true }).click();
  await outgoing.getByRole("listitem").filter({ hasText: NOTED }).waitFor();
  await accessible(outgoing, "a leader's log");
});

test("the outgoing leader says what there is to say, and signs", LIMIT, async () => {
  await outgoing.goto("/handover");
  await outgoing.getByRole("button", { name: "其余填“无”" }).click();
  const others = outgoing.getByLabel("停电停气及口径");
  await outgoing.waitForFunction((field) => field.value === "无", await others.elementHandle());
  const summary = outgoing.getByLabel("本班小结");
  await summary.fill("话务平稳，一起漏气在处置");
  await acted(outgoing, () => summary.blur());
  // An emergency without a next step is not handed over.
  await signedInVain();
  const next = outgoing.getByLabel(`${leak} 的后续安排`);
  await next.fill(NEXT);
  await acted(outgoing, () => next.press("Enter"));
  await signed(outgoing, "交班签字");
  await outgoing.getByText("已交班，待核对").first().waitFor();
  await outgoing.getByText("已交班，等待接班人核对签字。").waitFor();
});

async function signedInVain() {
  await outgoing.getByRole("main").getByRole("button", { name: "交班签字", exact: true }).click();
  const refused = outgoing.waitForResponse((one) => one.url().endsWith("/act"));
  await outgoing.getByRole("dialog").getByRole("button", { name: "交班签字", exact: true }).click();
  assert.equal((await refused).status(), 422);
  await outgoing.getByRole("dialog").waitFor({ state: "hidden" });
}

test("the incoming leader verifies each item with keys, asks once, is answered, and signs", LIMIT, async () => {
  await incoming.goto("/handover");
  await item(incoming, leak).getByText(NEXT).waitFor();
  await settled(incoming);
  assert.ok(await incoming.getByRole("main").getByRole("button", { name: "接班签字", exact: true }).isDisabled(), "nothing is verified yet");
  await item(incoming, leak).getByRole("button", { name: "提出疑问" }).click();
  await answered(incoming, ASKED, "提出疑问");
  await item(incoming, complaint).click();
  await acted(incoming, () => incoming.keyboard.press("a"));
  await item(incoming, complaint).getByText("已核对").waitFor();
  const open = incoming.locator('article[data-verdict="none"]');
  while ((await open.count()) > 0) {
    const left = await open.count();
    await acted(incoming, () => open.first().getByRole("button", { name: "核对无误" }).click());
    await incoming.waitForFunction((left) => document.querySelectorAll('article[data-verdict="none"]').length < left, left);
  }
  await accessible(incoming, "a handover being verified");
  await picture(incoming, "handover");

  await outgoing.reload();
  await item(outgoing, leak).getByText(ASKED).waitFor();
  await item(outgoing, leak).getByRole("button", { name: "答复", exact: true }).click();
  await answered(outgoing, TOLD, "答复");

  await incoming.reload();
  await item(incoming, leak).getByText(TOLD).waitFor();
  await incoming.getByText("全部核对完毕，可以接班签字。").or(incoming.getByText("可以接班签字。")).first().waitFor();
  await signed(incoming, "接班签字");
  await incoming.getByText("已接班", { exact: true }).first().waitFor();
});

test("what is signed is only added to, the log corrected beside its line, and all of it printed", LIMIT, async () => {
  await outgoing.reload();
  await outgoing.getByRole("button", { name: "补充", exact: true }).click();
  await answered(outgoing, ADDED, "补充");
  await outgoing.getByText(ADDED).waitFor();
  await outgoing.getByRole("link", { name: "值班日志" }).click();
  for (const word of ["交班签字", "接班签字"]) await outgoing.getByRole("listitem").filter({ hasText: word }).first().waitFor();
  const line = outgoing.getByRole("listitem").filter({ hasText: NOTED });
  await line.getByRole("button", { name: "更正" }).click();
  const dialog = outgoing.getByRole("dialog");
  await dialog.getByRole("textbox").fill(MENDED);
  await dialog.getByRole("button", { name: "更正", exact: true }).click();
  await line.getByText(MENDED).waitFor();
  await outgoing.goto("/handover/records");
  await outgoing.getByRole("table", { name: "交接记录" }).getByRole("row").filter({ hasText: "已接班" }).getByRole("link").first().click();
  await item(outgoing, leak).waitFor();
  await settled(outgoing);
  await outgoing.emulateMedia({ media: "print" });
  await outgoing.getByText("SHA-256").first().waitFor();
  assert.equal(await outgoing.locator("nav.tabs:visible").count(), 0);
  await outgoing.emulateMedia({ media: "screen" });
  // The next shift begins with its meeting.
  await incoming.goto("/handover/meeting");
  await accessible(incoming, "a meeting before a shift");
  await incoming.goto("/handover/settings");
  await accessible(incoming, "settings of handovers");
  assert.deepEqual([agent.page, outgoing, incoming, member].flatMap((page) => page.complaints), []);
});
