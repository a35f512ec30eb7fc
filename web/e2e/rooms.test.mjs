// Every page a leader or an administrator opens beside the floor: nothing keeps anybody out, in any theme; in English it fits as well.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { accessible, openBrowser, openPage, settled, signIn } from "./browser.mjs";
import { Centre } from "./centre.mjs";

const LIMIT = { timeout: 300_000 };
const PAGES = {
  outages: ["/outages", "/outages/new", "/outages/calls", "/outages/liaisons", "/outages/figures", "/outages/heard", "/outages/settings"],
  clusters: ["/clusters", "/clusters/settings"],
  storms: ["/storms", "/storms/settings"],
  network: ["/customers/network"],
  escalations: ["/escalations", "/escalations/past", "/escalations/settings"],
  campaigns: ["/campaigns", "/campaigns/settings"],
  government: ["/government", "/government/platforms"],
  complaints: ["/complaints", "/complaints/findings", "/complaints/figures", "/complaints/settings"],
  handover: ["/handover", "/handover/records", "/handover/log", "/handover/meeting", "/handover/settings"],
  statistics: ["/statistics"],
};
let centre, browser, leader, english;

before(async () => {
  centre = await Centre.start({ telephones: 0 });
  browser = await openBrowser();
  [leader, english] = await Promise.all([openPage(browser, centre.web), openPage(browser, centre.web)]);
  await signIn(leader, "2002");
  await signIn(english, "2002");
  await english.evaluate(() => window.localStorage.setItem("language", "en"));
}, LIMIT);

after(async () => {
  await browser?.close();
  await centre?.stop();
}, LIMIT);

afterEach((context) => {
  if (context.passed === false) console.error(centre?.log());
});

/** The first thing a page's list leads to, where there is one. */
async function first(page) {
  const link = page.getByRole("main").locator("table a[href], article a[href], li a[href]").first();
  return (await link.count()) > 0 ? link.getAttribute("href") : null;
}

for (const [room, pages] of Object.entries(PAGES)) {
  test(`${room}: nothing keeps anybody out, in any theme`, LIMIT, async () => {
    for (const path of pages) {
      await leader.goto(path);
      await accessible(leader, path);
    }
    await leader.goto(pages[0]);
    await settled(leader);
    const one = await first(leader);
    if (one) {
      await leader.goto(one);
      await accessible(leader, `${room} one`);
    }
    assert.deepEqual(leader.complaints, []);
  });

  test(`${room}: in English it fits, and every word is there`, LIMIT, async () => {
    for (const path of pages) {
      await english.goto(path);
      await settled(english);
      assert.equal(await english.evaluate(() => document.documentElement.lang), "en", path);
      const wide = await english.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(wide <= 0, `${path} is ${wide} pixels too wide`);
      // What has no word in English is shown by its key.
      const text = await english.getByRole("main").innerText();
      assert.doesNotMatch(text, /\b[a-z_]+\.[a-z_]+(\.[a-z_]+)+\b/, path);
    }
    assert.deepEqual(english.complaints, []);
  });
}
