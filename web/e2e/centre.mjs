// A real centre for the browser to look at: the program itself in a folder of its own on free ports, SIPp as its callers and
// telephones. What is started here is ended here, by its process id.
import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PROGRAM = resolve(process.env.SWITCHBOARD_BIN ?? join(process.env.CARGO_TARGET_DIR ?? join(ROOT, "target"), "debug/switchboard"));
/** Agents with a telephone from the start; the others come and go by hand. */
const AT_WORK = 24;
/** After a call they are ready again this soon, so that a short test sees them talk more than once. */
const WRAP_UP_S = 2;

export class Centre {
  #processes = [];
  #serve = { child: null, args: [] };
  #folder = mkdtempSync(join(tmpdir(), "switchboard-e2e-"));

  /**
   * `telephones`: how many agents are at work from the start, at telephones that answer by themselves. `outside`: address and port of
   * whoever takes all calls out. `writing`: seconds of after-call work. `ringing`: for how many seconds an agent's telephone rings. `customers`: how many are invented.
   */
  static async start({ telephones = AT_WORK, outside = null, writing = WRAP_UP_S, ringing = null, customers = 2_000 } = {}) {
    if (!existsSync(PROGRAM)) {
      throw new Error(`${PROGRAM} is missing. Build the pages, then the program: make pages && cargo build --package switchboard (or name another with SWITCHBOARD_BIN).`);
    }
    const centre = new Centre();
    try {
      await centre.#open({ telephones, outside, writing, ringing, customers });
      return centre;
    } catch (error) {
      await centre.stop();
      throw error;
    }
  }

  async #open(how) {
    const [sip, phones, rtp] = [await freePort(), await freePort(), 20_000 + 400 * Math.floor(Math.random() * 60)];
    this.sip = `127.0.0.1:${sip}`;
    const data = join(this.#folder, "data");
    writeFileSync(join(this.#folder, "centre.toml"), demo(phones, how));
    await this.#ended(this.#run(PROGRAM, ["apply", join(this.#folder, "centre.toml"), "--data", data]));
    this.#run("sipp", ["-sn", "uas", "-rtp_echo", "-nostdin", "-i", "127.0.0.1", "-p", `${phones}`, "-mp", `${await freePort()}`]);
    const web = `127.0.0.1:${await freePort()}`;
    this.#serve.args = ["serve", "--demo", "--demo-customers", `${how.customers}`, "--demo-orders", "0", "--data", data, "--http", web, "--sip", this.sip, "--rtp", `${rtp}-${rtp + 398}`];
    await this.again();
  }

  /** Starts the program, or starts it again in the same folder at the same addresses. */
  async again() {
    this.#serve.child = this.#run(PROGRAM, this.#serve.args);
    this.web = await said(this.#serve.child, /web\s+(http:\/\/\S+)/);
  }

  /** As when the power goes: the program ends in the middle of whatever it does. */
  async crash() {
    const { child } = this.#serve;
    const closed = new Promise((done) => child.on("close", done));
    child.kill("SIGKILL");
    await closed;
  }

  /** Callers who reach the centre one after the other, speak, and hang up after a while. */
  async call({ calls, perSecond, secondsAtLeast, secondsAtMost }) {
    const voice = join(this.#folder, "voice.alaw");
    writeFileSync(voice, voices());
    const scenario = join(this.#folder, "caller.xml");
    writeFileSync(scenario, caller(voice, secondsAtLeast * 1000, secondsAtMost * 1000));
    const numbers = join(this.#folder, "callers.csv");
    // No menu, the emergency line, the hotline's menu: they take turns.
    const called = ["12345", "96777", "12345", "95598"];
    const line = (i) => `13${String((800_005_678 + i * 7_654_321) % 1_000_000_000).padStart(9, "0")};${called[i % called.length]};`;
    writeFileSync(numbers, `SEQUENTIAL\n${Array.from({ length: calls }, (_, i) => line(i)).join("\n")}\n`);
    const pace = ["-r", `${Math.round(perSecond * 10)}`, "-rp", "10000", "-m", `${calls}`];
    return this.#run("sipp", ["-sf", scenario, "-inf", numbers, ...pace, "-nostdin", "-i", "127.0.0.2", "-p", `${await freePort()}`, "-mp", `${await freePort()}`, this.sip]);
  }

  #run(program, args) {
    // The program finds the recorded prompts from the project's folder; SIPp leaves nothing there.
    const child = spawn(program, args, { cwd: program === PROGRAM ? ROOT : this.#folder, stdio: ["ignore", "pipe", "pipe"] });
    child.output = "";
    child.program = program;
    child.on("error", (error) => (child.output += `${error.message}\n`));
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (child.output = (child.output + text).slice(-20_000)));
    this.#processes.push(child);
    return child;
  }

  async #ended(child) {
    const code = await new Promise((done) => child.on("close", done));
    if (code !== 0) throw new Error(`${child.program} ended with ${code}:\n${child.output}`);
  }

  /** What the program has written, for a failure's report. */
  log() {
    return this.#processes.map((child) => `--- ${child.program} ${child.spawnargs.slice(1, 4).join(" ")}\n${child.output.slice(-3_000)}`).join("\n");
  }

  async stop() {
    const alive = this.#processes.filter((child) => child.pid !== undefined && child.exitCode === null && child.signalCode === null);
    await Promise.all(
      alive.reverse().map(async (child) => {
        const closed = new Promise((done) => child.on("close", done));
        child.kill("SIGTERM");
        const hard = setTimeout(() => child.kill("SIGKILL"), 6_000);
        await closed;
        clearTimeout(hard);
      }),
    );
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The demo's centre, its first agents at telephones that answer by themselves. */
function demo(port, { telephones, outside, writing, ringing }) {
  const text = ["centre.toml", "flows.toml"].map((file) => readFileSync(join(ROOT, "demo", file), "utf8")).join("\n");
  // The demo's own people outside stand at an address that only one centre of a machine can have.
  const whole = text.replace('out = "127.0.0.4:5060"\n', outside ? `out = "sip:${outside}"\n` : "");
  return whole
    .replace(/^wrap_up_s = .*$/gm, `wrap_up_s = ${writing}`)
    .replace(/^ring_s = (.*)$/gm, (_, usual) => `ring_s = ${ringing ?? usual}`)
    .replace(/^wrap_up_hard_s = .*$/gm, `wrap_up_hard_s = ${writing}`)
    .replace(/(\[\[agent\]\]\nnumber = "(10\d\d)"\n)/g, (head, _, number) =>
      Number(number) > 1000 + telephones || number === "1006" ? head : `${head}contact = "sip:${number}@127.0.0.1:${port}"\nready = true\n`,
    );
}

/** What the demo's callers say, one after the other, as it goes over the wire. */
function voices() {
  const folder = join(ROOT, "prompts/callers");
  const pause = Buffer.alloc(6_000, 0xd5);
  return Buffer.concat(readdirSync(folder).filter((file) => file.endsWith(".wav")).sort().slice(0, 6).flatMap((file) => [pause, sound(readFileSync(join(folder, file)))]));
}

/** The samples of a WAV file. */
function sound(file) {
  for (let at = 12; at + 8 <= file.length; ) {
    const length = file.readUInt32LE(at + 4);
    if (file.toString("latin1", at, at + 4) === "data") return file.subarray(at + 8, at + 8 + length);
    at += 8 + length + (length % 2);
  }
  throw new Error("a WAV file without sound");
}

function caller(voice, least, most) {
  const from = "From: <sip:[field0]@[local_ip]>;tag=[pid]c[call_number]";
  const via = "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport";
  const request = (method, cseq, rest = "Content-Length: 0") =>
    `<![CDATA[\n${method === "INVITE" ? "INVITE sip:[field1]@[remote_ip]:[remote_port]" : `${method} [next_url]`} SIP/2.0\n${via}\n${from}\n${
      method === "INVITE" ? "To: <sip:[field1]@[remote_ip]>" : "[last_To:]"
    }\nCall-ID: [call_id]\nCSeq: ${cseq} ${method === "ACK" ? "ACK" : method}\nContact: <sip:caller@[local_ip]:[local_port]>\nMax-Forwards: 70\n${rest}\n\n]]>`;
  const sdp =
    "Content-Type: application/sdp\nContent-Length: [len]\n\nv=0\no=caller 1 1 IN IP[local_ip_type] [local_ip]\ns=-\nc=IN IP[media_ip_type] [media_ip]\nt=0 0\nm=audio [media_port] RTP/AVP 8\na=rtpmap:8 PCMA/8000";
  return `<?xml version="1.0" encoding="UTF-8"?>
<scenario name="caller">
  <send retrans="500">${request("INVITE", 1, sdp)}</send>
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="200" rrs="true"/>
  <send>${request("ACK", 1)}</send>
  <nop><action><exec rtp_stream="${voice},-1,8"/></action></nop>
  <pause distribution="uniform" min="${least}" max="${most}"/>
  <send retrans="500">${request("BYE", 2)}</send>
  <recv response="200"/>
</scenario>
`;
}

/** A port that was free a moment ago, for UDP and TCP; below those the system hands out by itself. */
async function freePort() {
  for (;;) {
    const port = 11_000 + Math.floor(Math.random() * 8_900);
    if ((await free(createSocket("udp4"), (socket) => socket.bind(port, "127.0.0.1"))) && (await free(createServer(), (server) => server.listen(port, "127.0.0.1")))) return port;
  }
}

function free(socket, take) {
  return new Promise((done) => {
    socket.once("error", () => done(false));
    socket.once("listening", () => socket.close(() => done(true)));
    take(socket);
  });
}

/** Waits until a process has said something; the first group is the answer. */
function said(child, what) {
  return new Promise((done, failed) => {
    const look = () => {
      const found = what.exec(child.output);
      if (found) done(found[1]);
    };
    child.stdout.on("data", look);
    child.on("close", (code) => failed(new Error(`${child.program} ended with ${code}:\n${child.output}`)));
    child.on("error", failed);
    look();
  });
}
