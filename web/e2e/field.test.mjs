// A crew in the field with a phone: without a network, over the end of the browser and of the program, nothing is lost or done twice.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { accessible, openBrowser, openPage, signIn } from "./browser.mjs";
import { Centre } from "./centre.mjs";
import { arrived, choose, noted, opened, phoneOf, photographed, press, resulted, sent, signed, state } from "./crew.mjs";

const [CREW, MATE, LEADER] = ["5101", "5102", "2001"];
const LIMIT = { timeout: 120_000 };
let centre, browser, leader, context, phone;

before(async () => {
  centre = await Centre.start({ telephones: 0, customers: 50 });
  browser = await openBrowser();
  leader = await openPage(browser, centre.web);
  await signIn(leader, LEADER);
  context = await phoneOf(browser, centre.web);
  phone = await opened(context);
}, LIMIT);

after(async () => {
  await browser?.close();
  await centre?.stop();
}, LIMIT);

afterEach(async (one) => {
  await context?.setOffline(false);
  if (one.passed !== false) return;
  const shown = await phone?.locator("body").innerText({ timeout: 1_000 }).catch((error) => error.message);
  console.error(`${phone?.url()} showed: ${shown}\n${phone?.complaints.join("\n")}\n${centre?.log()}`);
});

async function json(method, path, data) {
  const answer = await leader.request[method](path, data && { data });
  const body = await answer.json();
  assert.ok(answer.ok(), JSON.stringify(body));
  return body;
}
/** A matter of the crew's district, sent to it. */
async function filed(subtype, content) {
  const units = await json("get", "/api/departments/names");
  const unit = units.find(({ code }) => code === "QX1").id;
  const matter = { kind: "fault", subtype, content, contact: { name: "王秀兰", phone: "13856211234" }, address: "青岚区梧桐路 88 号 3 栋 501 室", area: "青岚区" };
  return json("post", "/api/work_orders", { matter, unit });
}
const order = (id) => json("get", `/api/work_orders/${id}`);
const verbs = async (id) => (await order(id)).steps.map(({ verb }) => verb);

/** Everything that is needed without a network is on the phone. */
async function packed(page, count) {
  await page.locator(".crew-card").nth(count - 1).waitFor();
  await page.waitForFunction(async () => Boolean((await window.navigator.serviceWorker.getRegistration("/field"))?.active));
}

test("the crew finds its orders, danger first, and every page can be used by everybody", LIMIT, async () => {
  const first = await filed("fault.no_gas", "早上起来没有气，邻居家正常。");
  const leak = await filed("fault.leak", "厨房闻到煤气味，已开窗。");
  await signIn(phone, CREW);
  assert.equal(new URL(phone.url()).pathname, "/field");
  await packed(phone, 2);
  await phone.locator(".crew-card").first().getByText("泄漏异味").waitFor();
  await accessible(phone, "/field");
  await choose(phone, leak.number);
  await accessible(phone, "/field/order");
  for (const act of ["note", "signature", "photo", "send_back"]) {
    await phone.goto(`/field/${first.id}/${act}`);
    await phone.locator(".crew-foot").waitFor();
    await accessible(phone, `/field/${act}`);
  }
  // No target that a thumb misses.
  await phone.goto(`/field/${leak.id}`);
  await phone.locator(".crew-foot").waitFor();
  const small = await phone.locator("main :is(a, button, summary):visible, .crew-bar a").evaluateAll((found) => found.map((one) => [one.textContent, one.getBoundingClientRect()]).filter(([, box]) => box.width < 44 || box.height < 44).map(([text]) => text));
  assert.deepEqual(small, []);
  await phone.goto("/field");
});

test("an hour without a network: arrival, photo, signature and result wait on the phone, over the end of the browser, and arrive once and in order", LIMIT, async () => {
  const { id, number } = await filed("fault.leak", "灶具下方有异味。");
  await phone.reload();
  await packed(phone, 3);
  await context.setOffline(true);
  await phone.close();

  phone = await opened(context);
  await phone.goto("/field");
  await state(phone, "没有网络");
  await choose(phone, number);
  await press(phone, "接单");
  await arrived(phone);
  await photographed(phone);
  // Half a word is written when the browser ends.
  await press(phone, "回单");
  await phone.getByLabel("原因").fill("灶具连接软管老化，接口处微漏");
  await phone.waitForTimeout(600);
  await phone.close();

  phone = await opened(context);
  await phone.goto(`/field/${id}`);
  await phone.getByText("已到场").first().waitFor();
  await signed(phone);
  await press(phone, "回单");
  assert.equal(await phone.getByLabel("原因").inputValue(), "灶具连接软管老化，接口处微漏");
  await phone.getByLabel("处理措施").fill("更换软管和两只管卡，保压十分钟压力无下降。");
  await press(phone, "客户已签字");
  await press(phone, "保存");
  await state(phone, /没有网络 · 5 条已存在手机/);
  await phone.getByText("已回单").first().waitFor();
  assert.deepEqual(await verbs(id), ["accept", "dispatch"]);
  const before = Date.now();

  await phone.waitForTimeout(1_500);
  await context.setOffline(false);
  await sent(phone);
  assert.deepEqual(await verbs(id), ["accept", "dispatch", "take", "arrive", "attach", "attach", "give_result"]);
  const now = await order(id);
  assert.deepEqual(now.attachments.map(({ what, mime }) => [what, mime]), [["photo", "image/jpeg"], ["signature", "image/png"]]);
  // The times are those of doing.
  assert.ok(Date.parse(now.arrived_at) < before && Date.parse(now.result.done_at) < before);
  assert.match(now.result.evidence, /客户已签字/);
  assert.deepEqual(phone.complaints, []);
});

test("the program is killed in the middle of receiving, and an answer is lost: nothing is lost, nothing is done twice", LIMIT, async () => {
  const { id, number } = await filed("fault.meter", "燃气表不走字。");
  await phone.goto("/field");
  await phone.locator(".crew-card").filter({ hasText: number }).waitFor();
  await context.setOffline(true);
  await choose(phone, number);
  await press(phone, "接单");
  await arrived(phone);
  for (const n of [1, 2, 3]) {
    await noted(phone, `第 ${n} 步检查`);
    await photographed(phone);
  }
  await resulted(phone, "计数器齿轮卡滞，表内有水");
  await state(phone, /9 条已存在手机/);

  let posts = 0;
  let killed = null;
  await context.route("**/api/work_orders/*/**", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    posts += 1;
    if (posts === 2) {
      // Done by the server, and never heard of by the phone.
      await route.fetch();
      return route.abort();
    }
    if (posts === 5) killed = centre.crash();
    await route.continue().catch(() => undefined);
  });
  await context.setOffline(false);
  while (!killed) await phone.waitForTimeout(50);
  await killed;
  await state(phone, /没有网络 · \d 条已存在手机/);
  await context.unroute("**/api/work_orders/*/**");
  await centre.again();
  await press(phone, "更多");
  await phone.keyboard.press("Escape");
  await phone.goto("/field/waiting");
  await press(phone, "立即发送");
  await sent(phone);
  const { steps, attachments } = await order(id);
  assert.deepEqual(steps.map(({ verb, act }) => act?.text ?? verb), ["accept", "dispatch", "take", "arrive", "第 1 步检查", "attach", "第 2 步检查", "attach", "第 3 步检查", "attach", "give_result"]);
  assert.equal(attachments.length, 3);
});

test("what the server refuses stays with its reason until the person decides", LIMIT, async () => {
  const { id, number } = await filed("fault.no_gas", "灶具打不着火。");
  await phone.goto("/field");
  await phone.locator(".crew-card").filter({ hasText: number }).waitFor();
  await context.setOffline(true);
  await choose(phone, number);
  await press(phone, "接单");
  await noted(phone, "客户不在家");
  const units = await json("get", "/api/departments/names");
  await json("post", `/api/work_orders/${id}/act`, { act: { act: "redispatch", unit: units.find(({ code }) => code === "QX2").id, why: "就近安排" } });
  await context.setOffline(false);
  await state(phone, "1 条被退回");
  await phone.locator(".crew-state").click();
  await phone.getByText("它可能已转给其他单位").first().waitFor();
  await accessible(phone, "/field/waiting");
  const refused = phone.locator('.crew-entry[data-act="take"]');
  await refused.getByRole("button", { name: "先搁置" }).click();
  await refused.getByText("已搁置").waitFor();
  await refused.getByRole("button", { name: "删除" }).click();
  await refused.getByRole("button", { name: "删除这一条" }).click();
  await refused.waitFor({ state: "detached" });
  // Now the note goes out, and is refused as well; it is still there.
  await phone.locator('.crew-entry[data-act="note"]').getByText("被退回").waitFor();
});

test("another person on the same phone neither sees nor sends what waits", LIMIT, async () => {
  const { id, number } = await filed("fault.pressure", "火苗很小。");
  await phone.goto("/field");
  await phone.locator(".crew-card").filter({ hasText: number }).waitFor();
  await context.setOffline(true);
  await choose(phone, number);
  await press(phone, "接单");
  await state(phone, /没有网络.*1 条已存在手机/);
  await context.clearCookies();
  await context.setOffline(false);
  await state(phone, "登录已失效");
  await signIn(phone, MATE);
  await phone.locator(".crew-card").filter({ hasText: number }).getByText("待接单").waitFor();
  await sent(phone);
  await phone.goto("/field/waiting");
  await phone.getByText("都已发送").waitFor();
  await phone.goto("/field");
  await phone.getByRole("button", { name: /5102/ }).click();
  await phone.getByText("退出登录").click();
  await phone.getByLabel("工号").waitFor();
  assert.deepEqual(await verbs(id), ["accept", "dispatch"]);
  await signIn(phone, CREW);
  await phone.locator(".crew-card").filter({ hasText: number }).getByText("已接单").waitFor();
  await phone.goto("/field/waiting");
  // What was refused before is still there, too.
  await phone.locator('.crew-entry[data-act="note"]').getByText("被退回").waitFor();
  assert.deepEqual(await verbs(id), ["accept", "dispatch", "take"]);
});
