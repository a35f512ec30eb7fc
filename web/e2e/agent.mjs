// An agent in a browser of her own: her microphone is a tone, her acts are clicks and keys.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openBrowser, openPage, settled, signIn } from "./browser.mjs";
import { heardIn } from "./ears.mjs";
import { toneFile } from "./tones.mjs";

export class Agent {
  /** `folder`: where her voice may lie. */
  static async at({ web }, number, hz, folder) {
    const agent = new Agent();
    const voice = join(folder, `${number}.wav`);
    writeFileSync(voice, toneFile(hz));
    agent.number = number;
    agent.browser = await openBrowser(["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-audio-capture=${voice}`, "--autoplay-policy=no-user-gesture-required"]);
    agent.page = await openPage(agent.browser, web);
    return agent;
  }

  /** The same agent in another tab. */
  async tab() {
    const other = new Agent();
    Object.assign(other, { number: this.number, browser: this.browser });
    other.page = await this.page.context().newPage();
    other.page.setDefaultTimeout(60_000);
    await other.page.goto("/calls/desk");
    return other;
  }

  close = () => this.browser.close();
  ear = () => heardIn(this.page);
  button = (name) => this.page.getByRole("button", { name });
  key = (name) => this.page.keyboard.press(name);
  state = (name) => this.button(`我的状态：${name}`).waitFor();
  /** The strip for somebody who is asked beside the customer. */
  third = () => this.page.getByRole("region", { name: "咨询" });

  /** The day begins: signed in, the softphone on, not ready yet. */
  async begin() {
    await signIn(this.page, this.number);
    await settled(this.page);
    await this.page.getByRole("main").getByRole("button", { name: "签入" }).click();
    await this.state("置忙");
    await this.button("开启软电话").click();
    await this.button("软电话可用").waitFor();
  }

  async ready() {
    await this.page.getByRole("main").getByRole("button", { name: "置闲，开始接听" }).click();
    await this.state("置闲");
  }

  /** It rings, and F2 answers. */
  async answer() {
    await this.page.getByRole("region", { name: "来电", exact: true }).getByRole("button", { name: /^接听/ }).waitFor();
    await this.key("F2");
    await this.state("接线中");
  }

  /** F9, a few letters, and one of the two ways. */
  async transfer(kind, typed, how) {
    await this.key("F9");
    const dialog = this.page.getByRole("dialog");
    await dialog.getByText(kind, { exact: true }).click();
    await dialog.getByRole("textbox").fill(typed);
    await dialog.getByRole("option").first().waitFor();
    await dialog.getByRole("button", { name: how }).click();
    await dialog.waitFor({ state: "hidden" });
  }

  /** What the call was about, in one click; then ready again. */
  async write(result) {
    await this.button(result).click();
    await this.button(/^保存并置闲/).click();
    await this.state("置闲");
  }

  /** The softphone has no call any more. */
  silent = () => this.page.waitForFunction(() => !document.querySelector("audio[data-softphone]")?.srcObject);

  /** Pressed, and held until it is over. */
  async end() {
    await this.button("按住结束").hover();
    await this.page.mouse.down();
    await this.silent();
    await this.page.mouse.up();
  }
}
