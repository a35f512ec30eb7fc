// The network between an agent's browser and the centre goes, while she talks and while it rings; and the same agent in a second tab.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { Agent } from "./agent.mjs";
import { Centre } from "./centre.mjs";
import { hears } from "./ears.mjs";
import { Leader } from "./leader.mjs";
import { Telephone } from "./telephone.mjs";
import { Wire } from "./wire.mjs";

/** Both of the queue that 12345 leads to; nobody else is at work. */
const [CALLER_HZ, CHEN_HZ, SUN_HZ] = [440, 1_000, 700];
const LIMIT = { timeout: 180_000 };

const folder = mkdtempSync(join(tmpdir(), "switchboard-network-"));
let centre, wire, chen, sun, leader;

before(async () => {
  centre = await Centre.start({ telephones: 0, customers: 200 });
  wire = await Wire.to(centre.web);
  chen = await Agent.at(wire, "1005", CHEN_HZ, folder);
  sun = await Agent.at(centre, "1010", SUN_HZ, folder);
  leader = await Leader.of(centre);
  await chen.begin();
  await sun.begin();
  await chen.ready();
}, LIMIT);

after(async () => {
  await Promise.all([chen, sun, leader].map((one) => one?.close()));
  await wire?.close();
  await centre?.stop();
  rmSync(folder, { recursive: true, force: true });
}, LIMIT);

afterEach((context) => {
  if (context.passed === false) console.error(centre?.log());
});

test("of two tabs one has the softphone, the other says so and can take it, also in mid-call", LIMIT, async () => {
  const second = await chen.tab();
  await second.button("软电话在另一窗口").waitFor();
  const caller = await Telephone.at("127.0.0.2");
  await caller.say(CALLER_HZ).call(centre.sip, "13800000001", "12345");
  await second.page.getByRole("region", { name: "来电", exact: true }).getByText("软电话在另一窗口").waitFor();
  await chen.answer();
  await hears(chen.ear, [CALLER_HZ]);
  await second.button("软电话在另一窗口").click();
  await second.button("移到这里").click();
  await hears(second.ear, [CALLER_HZ]);
  await hears(caller, [CHEN_HZ]);
  await chen.silent();
  await chen.button("软电话在另一窗口").waitFor();
  // The tab is closed: the first has it again.
  await second.page.close();
  await hears(chen.ear, [CALLER_HZ]);
  await hears(caller, [CHEN_HZ]);
  await chen.end();
  await caller.hangUp();
  caller.close();
  assert.equal((await leader.ended("13800000001")).segments.findLast(({ kind }) => kind === "talk").detail, "agent");
});

test("the network goes while they talk: the caller waits with a phrase, and has the same agent again within 15 s", LIMIT, async () => {
  await chen.state("置闲");
  const caller = await Telephone.at("127.0.0.2");
  await caller.say(CALLER_HZ).call(centre.sip, "13800000002", "12345");
  await chen.answer();
  await hears(caller, [CHEN_HZ]);
  wire.cut();
  const cut = performance.now();
  // What she says still arrives, beside the wire: that the customer does not hear it is the centre's doing.
  await hears(caller, [], { not: [CHEN_HZ] });
  wire.mend();
  await hears(caller, [CHEN_HZ]);
  await hears(chen.ear, [CALLER_HZ]);
  const took = performance.now() - cut;
  assert.ok(took < 15_000, `${Math.round(took)} ms until they heard each other again`);
  await chen.end();
  await caller.hangUp();
  caller.close();
  const call = await leader.ended("13800000002");
  assert.equal(call.segments.filter(({ kind }) => kind === "parked").length, 1);
  assert.equal(call.segments.findLast(({ kind }) => kind === "talk").detail, "agent");
});

test("the network goes while it rings: the call is with the other agent within 5 s", LIMIT, async () => {
  await chen.state("置闲");
  const caller = await Telephone.at("127.0.0.2");
  await caller.say(CALLER_HZ).call(centre.sip, "13800000003", "12345");
  await chen.page.getByRole("region", { name: "来电", exact: true }).waitFor();
  await sun.ready();
  const began = performance.now();
  wire.cut();
  await sun.page.getByRole("region", { name: "来电", exact: true }).waitFor();
  const took = performance.now() - began;
  assert.ok(took < 5_000, `${Math.round(took)} ms until it rang at the other agent's`);
  await sun.answer();
  wire.mend();
  await hears(caller, [SUN_HZ]);
  // Whose browser is back within seconds is ready again without a click, and no call is missed on her account.
  await chen.state("置闲");
  await caller.hangUp();
  caller.close();
});
