// An agent hears and speaks in her browser: a caller's tone is measured there, hers in the recording.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { request } from "playwright-core";
import { openBrowser, openPage, settled, signIn } from "./browser.mjs";
import { Centre } from "./centre.mjs";
import { channels, shareAt, toneFile, toneOnTheWire } from "./tones.mjs";

/** Of the queue that 12345 leads to; nobody else is at work. */
const AGENT = "1005";
const CALLER_HZ = 440;
const AGENT_HZ = 1_000;
const LIMIT = { timeout: 90_000 };

const folder = mkdtempSync(join(tmpdir(), "switchboard-tone-"));
let centre, browser, agent;

before(async () => {
  centre = await Centre.start({ telephones: 0 });
  const tone = join(folder, "tone.wav");
  writeFileSync(tone, toneFile(AGENT_HZ));
  browser = await openBrowser(["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-audio-capture=${tone}`, "--autoplay-policy=no-user-gesture-required"]);
  agent = await openPage(browser, centre.web);
}, LIMIT);

after(async () => {
  await browser?.close();
  await centre?.stop();
  rmSync(folder, { recursive: true, force: true });
}, LIMIT);

afterEach((context) => {
  if (context.passed === false) console.error(centre?.log());
});

async function act(what) {
  const reply = await agent.request.post("/api/calls/desk", { data: what, headers: { origin: centre.web } });
  assert.ok(reply.ok(), `${JSON.stringify(what)}: ${reply.status()} ${await reply.text()}`);
}

const softphone = () => agent.getByRole("button", { name: /^软电话/ });
const answer = () => agent.getByRole("button", { name: /^接听/ });
/** The softphone has no call any more. */
const silent = () => agent.waitForFunction(() => !document.querySelector("audio[data-softphone]")?.srcObject, undefined, { timeout: 40_000 });

/** The loudest frequency that the agent hears, in hertz; 0 for silence. */
const hears = () =>
  agent.evaluate(async () => {
    const stream = document.querySelector("audio[data-softphone]")?.srcObject;
    if (!stream) return 0;
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 8_192, smoothingTimeConstant: 0 });
    context.createMediaStreamSource(stream).connect(analyser);
    await new Promise((done) => setTimeout(done, 600));
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    const best = bins.reduce((top, value, at) => (value > bins[top] ? at : top), 0);
    await context.close();
    return bins[best] < -70 ? 0 : (best * context.sampleRate) / 8_192;
  });

async function hearsTheCaller() {
  let hz = 0;
  for (let tries = 0; tries < 30; tries += 1) {
    hz = await hears();
    if (Math.abs(hz - CALLER_HZ) < 15) return;
    await pause(200);
  }
  assert.fail(`the agent hears ${hz} Hz, not the caller's ${CALLER_HZ}`);
}

test("the softphone comes up in the agent's own name", LIMIT, async () => {
  await signIn(agent, AGENT);
  await settled(agent);
  await softphone().click();
  await agent.getByRole("button", { name: "开启" }).click();
  await agent.getByRole("button", { name: "软电话可用" }).waitFor();
  await agent.keyboard.press("Escape");
  await act({ act: "sign_in" });
  await act({ act: "ready" });
  assert.deepEqual(agent.complaints, []);
});

test("caller and agent hear each other, also after the page was loaded anew, and the recording holds both", LIMIT, async () => {
  await centre.call({ calls: 1, perSecond: 1, secondsAtLeast: 40, secondsAtMost: 40, voice: toneOnTheWire(CALLER_HZ) });
  await answer().click();
  await hearsTheCaller();
  const began = performance.now();
  await agent.reload();
  await hearsTheCaller();
  const took = performance.now() - began;
  assert.ok(took < 15_000, `${Math.round(took)} ms until the caller was back`);
  await silent();

  const sound = await recorded();
  const [customer, spoken] = channels(sound);
  assert.ok(best(customer, CALLER_HZ) > 0.8, `the caller's tone: ${best(customer, CALLER_HZ)}`);
  assert.ok(best(spoken, AGENT_HZ) > 0.8, `the agent's tone: ${best(spoken, AGENT_HZ)}`);
  assert.deepEqual(agent.complaints, []);
});

/** The clearest second of a channel; announcements and ringing are in it too. */
function best(samples, hz) {
  let top = 0;
  for (let at = 0; at + 8_000 <= samples.length; at += 4_000) top = Math.max(top, shareAt(samples.slice(at, at + 8_000), hz));
  return top;
}

/** The newest recording, heard by somebody who may. */
async function recorded() {
  const leader = await request.newContext({ baseURL: centre.web, extraHTTPHeaders: { origin: centre.web } });
  const signed = await leader.post("/api/sign_in", { data: { user: "2002", password: "demo-2002" } });
  assert.ok(signed.ok(), `${signed.status()} ${await signed.text()}`);
  for (;;) {
    const found = await leader.get("/api/recordings");
    assert.ok(found.ok(), `${found.status()} ${await found.text()}`);
    const whole = (await found.json()).items.find((item) => item.sealed && item.duration_ms > 3_000);
    if (whole) {
      const reply = await leader.get(`/api/recordings/${whole.id}/audio`);
      assert.ok(reply.ok(), `${reply.status()}`);
      const file = await reply.body();
      await leader.dispose();
      return file;
    }
    await pause(300);
  }
}
