// The floor with 2,000 seats in a real browser: a feed that changes a tenth of them with every push, and how long the
// page's tasks take. Prints figures for bench/README.md; not a test, since a busy machine makes any browser slow.
import { setTimeout as pause } from "node:timers/promises";
import { openBrowser, openPage, settled, signIn } from "./browser.mjs";
import { Centre } from "./centre.mjs";

const [SEATS, PUSHES, EVERY_MS] = [2_000, 40, 500];
const STATES = ["ready", "talking", "talking", "talking", "after_call", "not_ready", "ringing", "holding"];

const centre = await Centre.start();
const browser = await openBrowser();
try {
  const page = await openPage(browser, centre.web);
  await signIn(page, "2002");
  const real = await (await page.request.get("/api/floor")).json();
  const queue = real.queues[0].id;
  const seat = (i, round) => ({ id: `pe_${i}`, number: String(10_000 + i), name: `座席${i}`, state: STATES[(i * 7 + round) % STATES.length], reason: null, since: new Date().toISOString(), soft: null, hard: null, over_limit: false, call: null, caller: null, queue, phone_reachable: true });
  const agents = Array.from({ length: SEATS }, (_, i) => seat(i, 0));
  const call = (i, round) => ({ id: `ca_${i}`, from: "138****5678", to: "95598", state: round % 2 ? "waiting" : "talking", since: new Date().toISOString(), queue, agent: `pe_${i}` });
  const calls = Array.from({ length: SEATS / 2 }, (_, i) => call(i, 0));
  const picture = () => ({ ...real, at: new Date().toISOString(), agents, calls });

  await page.route("**/api/floor", (route) => route.fulfill({ json: picture() }));
  await page.addInitScript(() => {
    // The feed comes from within the page: what the test's own wire costs does not count.
    window.WebSocket = class {
      static OPEN = 1;
      readyState = 1;
      constructor() {
        window.socket = this;
        window.setTimeout(() => this.onopen?.());
      }
      send() {}
      close() {}
    };
    window.tasks = [];
    new window.PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: "longtask" });
    window.frames = [];
    let last = window.performance.now();
    const frame = (now) => {
      window.frames.push(now - last);
      last = now;
      window.requestAnimationFrame(frame);
    };
    window.requestAnimationFrame(frame);
  });
  await page.goto("/floor");
  await settled(page);
  await page.getByRole("list", { name: "座席" }).getByRole("listitem").first().waitFor();
  await pause(1_000);
  const pushes = [];
  for (let round = 1; round <= PUSHES; round += 1) {
    for (let i = round % 10; i < SEATS; i += 10) agents[i] = seat(i, round);
    for (let i = round % 10; i < calls.length; i += 10) calls[i] = call(i, round);
    pushes.push(JSON.stringify({ topic: "floor.now", version: round, data: picture() }));
  }
  await page.evaluate((all) => (window.pushes = all), pushes);
  await pause(2_000);
  await page.evaluate(async (every) => {
    window.tasks.length = 0;
    window.frames.length = 0;
    for (const data of window.pushes) {
      await new Promise((done) => window.setTimeout(done, every));
      window.setTimeout(() => window.socket.onmessage({ data }));
    }
  }, EVERY_MS);
  await pause(500);
  const { tasks, frames, drawn } = await page.evaluate(() => ({ tasks: window.tasks, frames: window.frames, drawn: document.querySelectorAll(".seat").length }));
  const at = (list, share) => Math.round([...list].sort((a, b) => a - b)[Math.floor((list.length - 1) * share)] ?? 0);
  console.log(`${SEATS} seats, ${calls.length} calls, ${PUSHES} pushes, a tenth changed each time; ${drawn} seats drawn`);
  console.log(`tasks of 50 ms or more: ${tasks.length}${tasks.length > 0 ? `, the longest ${Math.round(Math.max(...tasks))} ms` : ""}`);
  console.log(`frames: p50 ${at(frames, 0.5)} ms, p99 ${at(frames, 0.99)} ms, longest ${at(frames, 1)} ms`);
} finally {
  await browser.close();
  await centre.stop();
}
