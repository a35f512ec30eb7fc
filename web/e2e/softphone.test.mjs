// An agent hears and speaks in her browser: a caller's tone is measured there, hers at the caller's end and in the recording.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { Agent } from "./agent.mjs";
import { accessible, picture } from "./browser.mjs";
import { Centre } from "./centre.mjs";
import { ADDRESS, CUSTOMER, NUMBER } from "./customer.mjs";
import { best, hears, MOSTLY } from "./ears.mjs";
import { Leader } from "./leader.mjs";
import { Telephone } from "./telephone.mjs";
import { channels } from "./tones.mjs";

/** Of the queue that 12345 leads to; nobody else is at work. */
const AGENT = "1005";
const CALLER_HZ = 440;
const AGENT_HZ = 1_000;
const LIMIT = { timeout: 180_000 };

const folder = mkdtempSync(join(tmpdir(), "switchboard-tone-"));
let centre, agent, leader;

before(async () => {
  centre = await Centre.start({ telephones: 0, customers: 200, writing: 60, ringing: 60 });
  agent = await Agent.at(centre, AGENT, AGENT_HZ, folder);
  leader = await Leader.of(centre);
  await leader.post("/api/customers", CUSTOMER);
}, LIMIT);

after(async () => {
  await Promise.all([agent?.close(), leader?.close()]);
  await centre?.stop();
  rmSync(folder, { recursive: true, force: true });
}, LIMIT);

afterEach((context) => {
  if (context.passed === false) console.error(centre?.log());
});

/** A reason with its fields, a point ticked, a note saved. */
async function write() {
  const { page } = agent;
  await page.getByRole("combobox", { name: "查找来电原因" }).fill("tqcx");
  await page.getByRole("option").first().click();
  await page.getByRole("checkbox").first().check();
  await page.getByLabel("记录", { exact: true }).fill("询问小区何时恢复供气，已告知预计 18:00 前恢复。");
  await page.getByText(/已自动保存/).waitFor();
  await page.getByRole("region", { name: "来电客户" }).scrollIntoViewIfNeeded();
}

test("the softphone comes up in the agent's own name", LIMIT, async () => {
  await agent.begin();
  await agent.ready();
  assert.deepEqual(agent.page.complaints, []);
});

test("caller and agent hear each other, also after the page was loaded anew, and the recording holds both", LIMIT, async () => {
  const caller = await Telephone.at("127.0.0.2");
  await caller.say(CALLER_HZ).call(centre.sip, NUMBER, "12345");
  // Who it is stands there before the answer.
  await agent.page.getByRole("region", { name: "来电", exact: true }).getByText(ADDRESS).waitFor();
  await picture(agent.page, "ringing");
  await accessible(agent.page, "a call rings");
  await agent.answer();
  await hears(agent.ear, [CALLER_HZ]);
  await hears(caller, [AGENT_HZ]);
  await write();
  await picture(agent.page, "desk");
  await accessible(agent.page, "a call goes on");
  const began = performance.now();
  await agent.page.reload();
  await hears(agent.ear, [CALLER_HZ]);
  await hears(caller, [AGENT_HZ]);
  const took = performance.now() - began;
  assert.ok(took < 15_000, `${Math.round(took)} ms until the caller was back`);
  await caller.hangUp();
  caller.close();
  await agent.silent();
  await agent.state("事后处理");
  await accessible(agent.page, "after-call work");

  const call = await leader.ended(NUMBER);
  assert.equal(call.ended_by, "caller");
  const [customer, spoken] = channels(await leader.recording(call));
  assert.ok(best(customer, CALLER_HZ) > MOSTLY, `the caller's tone: ${best(customer, CALLER_HZ)}`);
  assert.ok(best(spoken, AGENT_HZ) > MOSTLY, `the agent's tone: ${best(spoken, AGENT_HZ)}`);
  assert.deepEqual(agent.page.complaints, []);
});

test("after a call on a poor network the next one is Opus, which stands loss", LIMIT, async () => {
  await agent.page.addInitScript(() => {
    window.sessionStorage.setItem("softphone.poor_network", "1");
    const connections = (window.connections = []);
    window.RTCPeerConnection = class extends window.RTCPeerConnection {
      constructor(...given) {
        super(...given);
        connections.push(this);
      }
    };
  });
  await agent.page.reload();
  await agent.button("软电话可用").waitFor();
  await agent.write("打错");
  const caller = await Telephone.at("127.0.0.2");
  await caller.say(CALLER_HZ).call(centre.sip, "13800000002", "12345");
  await agent.answer();
  await hears(agent.ear, [CALLER_HZ]);
  await hears(caller, [AGENT_HZ]);
  const codecs = await agent.page.evaluate(async () => {
    const reports = await Promise.all(window.connections.map((one) => one.getStats()));
    const stats = reports.flatMap((report) => [...report.values()]);
    const streams = stats.filter((one) => one.type === "outbound-rtp" || one.type === "inbound-rtp");
    return streams.map((stream) => stats.find((one) => one.id === stream.codecId)?.mimeType);
  });
  assert.deepEqual(codecs, ["audio/opus", "audio/opus"]);
  await agent.end();
  caller.close();
});
