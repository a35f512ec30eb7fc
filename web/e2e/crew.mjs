// A crew in the field: a phone of 390×844, held in one hand, and what is pressed on it.
import { openWatched } from "./browser.mjs";

/** A small green picture. */
const PICTURE = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGCAIAAABxZ0isAAAAFElEQVR4nGOUqwhgwAaYsIrSSQIAiOAA8v8zEGoAAAAASUVORK5CYII=", "base64");
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, locale: "zh-CN", timezoneId: "Asia/Shanghai" };

export const phoneOf = (browser, base) => browser.newContext({ baseURL: base, ...PHONE });
export const opened = openWatched;

/** The strip below says so. */
export const state = (page, words) => page.locator(".crew-state").filter({ hasText: words }).waitFor();
export const sent = (page) => state(page, "已全部发送");
export const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

export async function choose(page, number) {
  await page.locator(".crew-card").filter({ hasText: number }).click();
  await page.getByRole("heading", { level: 1 }).filter({ hasText: number }).waitFor();
}
export async function photographed(page) {
  await press(page, "照片");
  await page.locator('input[data-from="camera"]').setInputFiles({ name: "IMG_1.png", mimeType: "image/png", buffer: PICTURE });
  await page.getByText("照片已存在手机").first().waitFor();
  await page.getByRole("link", { name: "返回" }).click();
}
export async function noted(page, words) {
  await press(page, "补充说明");
  await page.getByLabel("说明").fill(words);
  await press(page, "保存");
}
export async function arrived(page) {
  await press(page, "到场");
  await press(page, "保存");
  await page.getByRole("button", { name: "回单", exact: true }).waitFor();
}
export async function signed(page) {
  await press(page, "客户签字");
  const { x, y } = await page.getByRole("img", { name: "签字区" }).boundingBox();
  await page.mouse.move(x + 40, y + 60);
  await page.mouse.down();
  for (let i = 1; i < 9; i++) await page.mouse.move(x + 40 + 25 * i, y + 60 + (i % 2) * 50);
  await page.mouse.up();
  await press(page, "保存");
}
export async function resulted(page, cause) {
  await press(page, "回单");
  await page.getByLabel("原因").fill(cause);
  await page.getByLabel("处理措施").fill("更换软管和两只管卡，保压十分钟压力无下降。");
  await press(page, "保存");
}
