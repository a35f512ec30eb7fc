// What is left of a call, as somebody reads and hears it who may.
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { request } from "playwright-core";

const NUMBER = "2002";

export class Leader {
  #web;

  static async of(centre) {
    const leader = new Leader();
    leader.#web = await request.newContext({ baseURL: centre.web, extraHTTPHeaders: { origin: centre.web } });
    const signed = await leader.#web.post("/api/sign_in", { data: { user: NUMBER, password: `demo-${NUMBER}` } });
    assert.ok(signed.ok(), `${signed.status()} ${await signed.text()}`);
    return leader;
  }

  close = () => this.#web.dispose();

  async get(path) {
    const reply = await this.#web.get(path);
    assert.ok(reply.ok(), `${path}: ${reply.status()}`);
    return reply;
  }

  async post(path, data) {
    const reply = await this.#web.post(path, { data });
    assert.ok(reply.ok(), `${path}: ${reply.status()} ${await reply.text()}`);
    return reply;
  }

  async put(path, data) {
    const reply = await this.#web.put(path, { data });
    assert.ok(reply.ok(), `${path}: ${reply.status()} ${await reply.text()}`);
    return reply;
  }

  /** Asks until there is what is wanted: rows come a moment after the call. The test's own limit ends it. */
  async until(path, wanted) {
    for (;;) {
      const found = wanted(await (await this.get(path)).json());
      if (found) return found;
      await pause(200);
    }
  }

  /** The one call of this number, once it has ended and its recording is whole. */
  async ended(number) {
    const { id } = await this.until(`/api/calls?number=${number}`, ({ items }) => {
      assert.ok(items.length <= 1, `${items.length} records of one call`);
      return items.find((call) => call.ended);
    });
    return (await this.get(`/api/calls/${id}`)).json();
  }

  /** The sound of a call's one recording. */
  async recording(call) {
    await this.until(`/api/recordings/${call.recording}`, ({ sealed }) => sealed);
    return (await this.get(`/api/recordings/${call.recording}/audio`)).body();
  }
}
