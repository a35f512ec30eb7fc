// The browser and what every page is held to: no error in its console, nothing that keeps somebody out, in any theme.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import axe from "axe-core";
import { chromium } from "playwright-core";

/** Every page at every size and in every theme that it is looked at in: for people's eyes, not for the project. */
const GALLERY = fileURLToPath(new URL("../../target/screens/", import.meta.url));
const SIZES = [
  { width: 1366, height: 768 },
  { width: 1920, height: 1080 },
];
/** The last one stays. */
const THEMES = ["dark", "contrast", "light"];
const SCREENS = fileURLToPath(new URL("../../docs/screens/", import.meta.url));
export const WITH_PICTURES = process.env.SHOTS === "1";
export const SIZE = { width: 1366, height: 768 };

/** `more`: further words for Chromium, such as what stands for a microphone. */
export async function openBrowser(more = []) {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  // Chromium's own sandbox does not work for root, as whom many build machines run.
  return chromium.launch({ executablePath, args: [...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), ...more] });
}

/** A page whose troubles are collected in `page.complaints`. */
export async function openPage(browser, base) {
  const context = await browser.newContext({ baseURL: base, viewport: SIZE, locale: "zh-CN", timezoneId: "Asia/Shanghai", colorScheme: "light" });
  const page = await openWatched(context);
  // A browser takes a tone for noise within half a minute and silences it: here the microphone is heard as it is.
  await context.addInitScript(() => {
    const devices = window.navigator.mediaDevices;
    const get = devices?.getUserMedia.bind(devices);
    if (!get) return;
    const plain = { noiseSuppression: false, echoCancellation: false, autoGainControl: false };
    devices.getUserMedia = ({ audio, ...rest }) => get({ ...rest, ...(audio && { audio: { ...(audio === true ? {} : audio), ...plain } }) });
  });
  // Sounds need not be in the document to be heard.
  await page.addInitScript(() => {
    window.sounds = new Set();
    const play = window.HTMLMediaElement.prototype.play;
    window.HTMLMediaElement.prototype.play = function () {
      window.sounds.add(this);
      return play.call(this);
    };
  });
  return page;
}

/** A page of this context whose troubles are collected. */
export async function openWatched(context) {
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(`${page.url()}: ${error.message}`));
  page.on("response", (response) => {
    if (response.status() >= 500) page.complaints.push(`${response.status()} ${response.url()}`);
    if (response.status() === 404 && response.url().includes("/assets/")) {
      page.complaints.push(`${response.url()} is not in the program: it was built before the pages. Run cargo build --package switchboard.`);
    }
  });
  return page;
}

export async function signIn(page, number) {
  await page.goto("/sign-in");
  if (page.complaints.length > 0) throw new Error(page.complaints.join("\n"));
  await page.getByLabel("工号").fill(number);
  await page.getByLabel("密码", { exact: true }).fill(`demo-${number}`);
  await page.getByRole("button", { name: "登录" }).click();
  await page.getByRole("navigation", { name: "主导航" }).waitFor();
}

/** How many sounds can be heard on the page or behind it. */
export const sounding = (page) => page.evaluate(() => [...window.sounds].filter((sound) => !sound.paused).length);

/** Content instead of skeletons, letters in their own font, nothing moving. */
export async function settled(page) {
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.waitForFunction(() => !document.querySelector(".skeleton") && document.fonts.status === "loaded");
  await still(page);
}

/** Nothing moves any more: what is pressed while it still grows may be missed on a machine that has much to do. */
export async function still(page) {
  await page.waitForFunction(() => document.getAnimations().every((one) => one.playState === "finished" || one.effect?.getTiming().iterations === Infinity));
}

/** WCAG 2.2 AA as far as a program can see it, in each theme: nothing serious, nothing critical. And all of the bar is seen. */
export async function accessible(page, where) {
  await settled(page);
  const over = await page.evaluate(() => [...document.querySelectorAll(".shell > header")].map((bar) => bar.scrollWidth - bar.clientWidth));
  assert.ok(over.every((pixels) => pixels <= 0), `${where}: what stands in the bar does not fit, by ${over} pixels`);
  await page.evaluate(axe.source);
  for (const theme of THEMES) {
    // As if it had been chosen in another tab.
    await page.evaluate((newValue) => window.dispatchEvent(new StorageEvent("storage", { key: "theme", newValue })), theme);
    await settled(page);
    const found = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"], resultTypes: ["violations"] }));
    if (WITH_PICTURES) await gallery(page, where, theme);
    const grave = found.violations.filter(({ impact }) => impact === "serious" || impact === "critical");
    assert.deepEqual(grave.map(({ id, nodes }) => `${where} (${theme}): ${id} ${nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`), []);
  }
}

async function gallery(page, where, theme) {
  mkdirSync(GALLERY, { recursive: true });
  const name = where.replace(/[^\w]+/g, "-").replace(/^-|-$/g, "") || "root";
  for (const size of SIZES) {
    await page.setViewportSize(size);
    await settled(page);
    await page.screenshot({ path: join(GALLERY, `${name}-${size.width}-${theme}.png`), animations: "disabled" });
  }
  await page.setViewportSize(SIZE);
}

/** A picture for the tour in the README; only when asked for, so that a test leaves the files alone. */
export async function picture(page, name) {
  if (!WITH_PICTURES) return;
  mkdirSync(SCREENS, { recursive: true });
  await settled(page);
  // What was said for a moment is not the page.
  await page.waitForFunction(() => !document.querySelector(".ant-message-notice"));
  await page.mouse.move(SIZE.width - 2, SIZE.height - 2);
  await page.screenshot({ path: join(SCREENS, `${name}.png`), animations: "disabled" });
}
