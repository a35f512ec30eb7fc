// How long an agent waits for her desk: from opening the address with an empty cache to a state that can be chosen. Prints
// figures for bench/README.md; not a test, since a busy machine makes any browser slow.
import { openBrowser, openPage, signIn } from "./browser.mjs";
import { Centre } from "./centre.mjs";

const [ROUNDS, AGENT] = [12, "1002"];
const at = (list, share) => Math.round([...list].sort((a, b) => a - b)[Math.ceil(list.length * share) - 1] ?? 0);

const centre = await Centre.start();
const browser = await openBrowser();
try {
  const first = await openPage(browser, centre.web);
  await signIn(first, AGENT);
  const state = await first.context().storageState();
  // An office PC has a quarter of this machine's speed.
  for (const slower of [1, 4]) {
    const [usable, script] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      const page = await openPage(browser, centre.web);
      await page.context().addCookies(state.cookies);
      const control = await page.context().newCDPSession(page);
      await control.send("Emulation.setCPUThrottlingRate", { rate: slower });
      await page.goto("/calls/desk", { waitUntil: "commit" });
      await page.getByRole("button", { name: /我的状态/ }).waitFor();
      const [ms, bytes] = await page.evaluate(() => [
        window.performance.now(),
        window.performance.getEntriesByType("resource").filter((one) => one.name.endsWith(".js")).reduce((sum, one) => sum + one.encodedBodySize, 0),
      ]);
      usable.push(ms);
      script.push(bytes / 1024);
      await page.context().close();
    }
    console.log(`desk usable, empty cache, processor ${slower} times slower: p50 ${at(usable, 0.5)} ms, p95 ${at(usable, 0.95)} ms; ${at(script, 1)} KB of script`);
  }
} finally {
  await browser.close();
  await centre.stop();
}
