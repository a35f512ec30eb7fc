// Two agents in two browsers and a caller at a telephone: asked first, passed on, three of them together, and who hears whom.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { Agent } from "./agent.mjs";
import { accessible } from "./browser.mjs";
import { Centre } from "./centre.mjs";
import { CUSTOMER, MASKED, NAME, NUMBER } from "./customer.mjs";
import { best, hears, MOSTLY } from "./ears.mjs";
import { Leader } from "./leader.mjs";
import { Telephone } from "./telephone.mjs";
import { channels } from "./tones.mjs";

/** Both of the queue that 12345 leads to; nobody else is at work. */
const [CALLER_HZ, CHEN_HZ, SUN_HZ] = [440, 1_000, 700];
const NOTED = "灶具打不着火，请同事协助";
const LIMIT = { timeout: 180_000 };

const folder = mkdtempSync(join(tmpdir(), "switchboard-two-"));
let centre, chen, sun, leader;

before(async () => {
  centre = await Centre.start({ telephones: 0, customers: 200 });
  [chen, sun, leader] = await Promise.all([Agent.at(centre, "1005", CHEN_HZ, folder), Agent.at(centre, "1010", SUN_HZ, folder), Leader.of(centre)]);
  await leader.post("/api/customers", CUSTOMER);
}, LIMIT);

after(async () => {
  await Promise.all([chen, sun, leader].map((one) => one?.close()));
  await centre?.stop();
  rmSync(folder, { recursive: true, force: true });
}, LIMIT);

afterEach((context) => {
  if (context.passed === false) console.error(centre?.log());
});

/** Somebody calls, and is answered by Chen. */
async function answeredByChen(from) {
  const caller = await Telephone.at("127.0.0.2");
  await caller.say(CALLER_HZ).call(centre.sip, from, "12345");
  await chen.answer();
  await hears(chen.ear, [CALLER_HZ]);
  await hears(caller, [CHEN_HZ]);
  return caller;
}

test("both begin their day", LIMIT, async () => {
  await Promise.all([chen.begin(), sun.begin()]);
  await chen.ready();
});

test("asked first, then passed on: the customer hears one of them at a time, and call, recording and record stay in one piece", LIMIT, async () => {
  const caller = await answeredByChen(NUMBER);
  await chen.page.getByLabel("记录", { exact: true }).fill(NOTED);

  await chen.transfer("同事", "孙", "先问一问");
  await chen.third().getByText(/正在呼叫 .*孙悦/).waitFor();
  await sun.answer();
  await chen.third().getByText(/正在和 .*孙悦 通话/).waitFor();
  await hears(chen.ear, [SUN_HZ], { not: [CALLER_HZ] });
  await hears(sun.ear, [CHEN_HZ], { not: [CALLER_HZ] });
  await hears(caller, [], { not: [CHEN_HZ, SUN_HZ] });
  await accessible(chen.page, "a consultation");
  await accessible(sun.page, "who is asked");
  // The customer is not hers yet.
  await sun.page.getByRole("link", { name: MASKED, exact: true }).waitFor();

  await chen.third().getByRole("button", { name: "转过去" }).click();
  await hears(sun.ear, [CALLER_HZ], { not: [CHEN_HZ] });
  await hears(caller, [SUN_HZ], { not: [CHEN_HZ] });
  await chen.silent();
  await sun.page.getByText(NOTED).waitFor();
  await sun.page.getByRole("link", { name: NAME, exact: true }).waitFor();

  // What comes after the call is chosen while it goes on.
  await sun.key("Alt+2");
  await sun.page.getByText("之后：小休").waitFor();
  await sun.end();
  await caller.hangUp();
  caller.close();
  const call = await leader.ended(NUMBER);
  const parts = call.segments.filter(({ kind }) => ["talk", "consult"].includes(kind));
  assert.deepEqual(parts.map(({ kind }) => kind), ["talk", "consult", "talk"]);
  assert.equal(parts.at(-1).detail, "agent");
  const [customer, spoken] = channels(await leader.recording(call));
  assert.ok(best(customer, CALLER_HZ) > MOSTLY);
  assert.ok(best(spoken, CHEN_HZ) > MOSTLY);
  assert.ok(best(spoken, SUN_HZ) > MOSTLY);
  // One call, one recording, and on the call's page what each of the two wrote.
  const [first, last] = [parts.at(0).agent, parts.at(-1).agent];
  assert.notEqual(first, last);
  const { items } = await (await leader.get(`/api/recordings?number=${NUMBER}`)).json();
  assert.deepEqual(items.map((one) => [one.id, one.call]), [[call.recording, call.id]]);
  const records = await leader.until(`/api/interactions/${call.id}`, ({ others }) => others.length === 2 && others);
  assert.deepEqual(new Set(records.map(({ agent }) => agent)), new Set([first, last]));
  assert.equal(records.find(({ agent }) => agent === first).draft.notes, NOTED);
});

test("three of them together; the first leaves, the customer stays with the second", LIMIT, async () => {
  await Promise.all([chen.state("置闲"), sun.state("小休")]);
  const caller = await answeredByChen("13800000002");
  await chen.transfer("同事", "1010", "先问一问");
  await sun.answer();
  await chen.third().getByRole("button", { name: "三方通话" }).click();
  await chen.third().getByText(/三方通话：客户、.*孙悦 和您/).waitFor();
  await hears(caller, [CHEN_HZ, SUN_HZ]);
  await hears(chen.ear, [CALLER_HZ, SUN_HZ]);
  await hears(sun.ear, [CALLER_HZ, CHEN_HZ]);
  await accessible(chen.page, "three together");
  await chen.third().getByRole("button", { name: "我退出" }).click();
  await hears(caller, [SUN_HZ], { not: [CHEN_HZ] });
  await hears(sun.ear, [CALLER_HZ], { not: [CHEN_HZ] });
  await chen.silent();
  await caller.hangUp();
  caller.close();
  const call = await leader.ended("13800000002");
  assert.equal(call.ended_by, "caller");
  assert.ok(call.segments.some(({ kind }) => kind === "conference"), JSON.stringify(call.segments));
});

test("a question is called off while it rings and after the answer: the customer is back; then a queue takes him", LIMIT, async () => {
  await Promise.all([chen.state("置闲"), sun.state("小休")]);
  const caller = await answeredByChen("13800000003");
  const ringing = sun.page.getByRole("region", { name: "来电", exact: true });
  await chen.transfer("同事", "孙悦", "先问一问");
  await ringing.waitFor();
  await chen.third().getByRole("button", { name: "回到客户" }).click();
  await ringing.waitFor({ state: "hidden" });
  await hears(chen.ear, [CALLER_HZ]);

  await chen.transfer("同事", "孙悦", "先问一问");
  await sun.answer();
  await hears(chen.ear, [SUN_HZ], { not: [CALLER_HZ] });
  await chen.third().getByRole("button", { name: "回到客户" }).click();
  await sun.silent();
  await hears(chen.ear, [CALLER_HZ], { not: [SUN_HZ] });
  await hears(caller, [CHEN_HZ], { not: [SUN_HZ] });

  await sun.state("小休");
  await sun.key("Alt+1");
  await sun.state("置闲");
  await chen.transfer("队列", "业务", "直接转");
  await sun.answer();
  await hears(sun.ear, [CALLER_HZ], { not: [CHEN_HZ] });
  await hears(caller, [SUN_HZ], { not: [CHEN_HZ] });
  await caller.hangUp();
  caller.close();
  const call = await leader.ended("13800000003");
  assert.deepEqual([chen, sun].flatMap((one) => one.page.complaints), []);
  assert.equal(call.segments.filter(({ kind }) => kind === "queue").length, 2);
});
