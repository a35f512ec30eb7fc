// The network between a browser and the centre, which a test can cut: what is under way is neither delivered nor closed.
import { connect, createServer } from "node:net";

export class Wire {
  #server;
  #pairs = new Set();
  #cut = false;

  /** Stands at an address of its own (`web`) in front of the centre's. */
  static async to(web) {
    const wire = new Wire();
    const { hostname, port } = new URL(web);
    wire.#server = createServer((near) => wire.#join(near, connect(Number(port), hostname))).unref();
    await new Promise((done) => wire.#server.listen(0, "127.0.0.1", done));
    wire.web = `http://127.0.0.1:${wire.#server.address().port}`;
    return wire;
  }

  #join(near, far) {
    const pair = [near, far];
    this.#pairs.add(pair);
    for (const [one, other] of [pair, [far, near]]) {
      one.on("data", (data) => !this.#cut && other.write(data));
      one.on("error", () => undefined);
      one.on("close", () => {
        this.#pairs.delete(pair);
        // The end of one side is news, too, and does not cross a cut wire.
        if (!this.#cut) other.end();
      });
    }
  }

  cut() {
    this.#cut = true;
  }

  /** New connections go through; what was cut stays lost. */
  mend() {
    this.#cut = false;
    for (const pair of this.#pairs) for (const end of pair) end.destroy();
  }

  async close() {
    this.mend();
    await new Promise((done) => this.#server.close(done));
  }
}
