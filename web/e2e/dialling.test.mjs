// Agents call out: somebody who gave up waiting, from the list of those not served, and a masked number on the screen.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { Agent } from "./agent.mjs";
import { accessible } from "./browser.mjs";
import { Centre } from "./centre.mjs";
import { hears } from "./ears.mjs";
import { Leader } from "./leader.mjs";
import { Telephone } from "./telephone.mjs";

/** Of the queue that 12345 leads to; nobody else is at work. */
const [CUSTOMER_HZ, AGENT_HZ] = [440, 1_000];
const GAVE_UP = "13800000021";
const GOT_THROUGH = "13800000022";
const LIMIT = { timeout: 180_000 };

const folder = mkdtempSync(join(tmpdir(), "switchboard-out-"));
let centre, outside, agent, leader;

before(async () => {
  outside = (await Telephone.at("127.0.0.2")).say(CUSTOMER_HZ);
  centre = await Centre.start({ telephones: 0, customers: 200, writing: 60, outside: `127.0.0.2:${outside.port}` });
  agent = await Agent.at(centre, "1005", AGENT_HZ, folder);
  leader = await Leader.of(centre);
  await agent.begin();
}, LIMIT);

after(async () => {
  await Promise.all([agent?.close(), leader?.close()]);
  outside?.close();
  await centre?.stop();
  rmSync(folder, { recursive: true, force: true });
}, LIMIT);

afterEach((context) => {
  if (context.passed === false) console.error(centre?.log());
});

/** Calls, hears that nobody is free, and hangs up. */
async function givesUp(number) {
  const caller = await Telephone.at("127.0.0.2");
  await caller.call(centre.sip, number, "12345");
  await leader.until(`/api/calls?number=${number}`, ({ items }) => items.some((call) => call.requested && !call.ended));
  await caller.hangUp();
  caller.close();
}

const row = (tail) => agent.page.getByRole("table", { name: "待回呼" }).getByRole("row").filter({ hasText: tail });

test("who gave up waiting is called from the list: not reached at first, then served and gone from it", LIMIT, async () => {
  await givesUp(GAVE_UP);
  await agent.page.getByRole("link", { name: "待回呼" }).click();
  await row("0021").getByText("排队中放弃").waitFor();
  assert.doesNotMatch(await row("0021").innerText(), new RegExp(GAVE_UP));

  outside.manners = 486;
  await row("0021").getByRole("button", { name: "呼叫" }).click();
  await row("0021").getByText("占线").waitFor();
  await accessible(agent.page, "who was not served");

  outside.manners = "answer";
  await row("0021").getByRole("button", { name: "呼叫" }).click();
  await hears(outside, [AGENT_HZ]);
  await hears(agent.ear, [CUSTOMER_HZ]);
  await agent.end();
  await row("0021").waitFor({ state: "hidden" });
  await agent.page.getByRole("link", { name: "已完成" }).click();
  await row("0021").getByText("已接通").waitFor();
});

test("who calls again and gets through drops out of the list", LIMIT, async () => {
  await givesUp(GOT_THROUGH);
  await agent.page.getByRole("link", { name: "待处理" }).click();
  await row("0022").getByText("排队中放弃").waitFor();
  await agent.page.getByRole("link", { name: "我的座席" }).click();
  await agent.write("打错");
  const caller = await Telephone.at("127.0.0.2");
  await caller.say(CUSTOMER_HZ).call(centre.sip, GOT_THROUGH, "12345");
  await agent.answer();
  await hears(agent.ear, [CUSTOMER_HZ]);
  await agent.page.getByRole("link", { name: "待回呼" }).click();
  await agent.page.getByText("没有欠客户的电话").waitFor();
  await agent.end();
  await caller.hangUp();
  caller.close();
});

/** Clicks the masked number in a row, is connected with whoever is called, and ends it: the number that went out, and how it was shown. */
async function dialledFrom(found) {
  const button = found.getByRole("button", { name: /^拨打 / });
  const shown = (await button.getAttribute("aria-label")).replace("拨打 ", "");
  assert.match(shown, /^\d+\*+\d+$/);
  const [[called]] = await Promise.all([once(outside, "called"), button.click()]);
  await hears(outside, [AGENT_HZ]);
  await hears(agent.ear, [CUSTOMER_HZ]);
  await agent.end();
  assert.deepEqual([called.length, called.slice(0, 3), called.slice(-4)], [shown.length, shown.slice(0, 3), shown.slice(-4)]);
  return called;
}

async function writtenAtTheDesk() {
  await agent.page.getByRole("link", { name: "我的座席" }).click();
  await agent.write("打错");
}

test("a masked number is dialled by a click: in the list of calls, and in a customer's record", LIMIT, async () => {
  await writtenAtTheDesk();
  await agent.page.getByRole("link", { name: "通话", exact: true }).click();
  const past = agent.page.getByRole("table", { name: "通话" }).getByRole("row").filter({ hasText: "0022" });
  assert.equal(await dialledFrom(past), GOT_THROUGH);
  await writtenAtTheDesk();

  await agent.page.getByRole("link", { name: "客户", exact: true }).click();
  await agent.page.getByRole("table", { name: "客户" }).getByRole("row").filter({ hasText: /1\d\d\*{4}\d{4}/ }).getByRole("link").first().click();
  const contact = agent.page.getByRole("region", { name: "联系电话" }).getByRole("listitem").first();
  const called = await dialledFrom(contact);
  assert.match(called, /^1\d{10}$/);
  await leader.until(`/api/calls?number=${called}&direction=out`, ({ items }) => items.some((call) => call.result === "answered"));
  assert.deepEqual(agent.page.complaints, []);
});
