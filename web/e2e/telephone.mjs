// A telephone outside: it calls the centre or is called by it, speaks a tone, and keeps what it hears. A SIP peer of its own (RFC 3261,
// G.711 A-law), because SIPp cannot say what it heard.
import { createSocket } from "node:dgram";
import { EventEmitter, once } from "node:events";
import { clearInterval, setInterval } from "node:timers";
import { RATE, heardOnTheWire, toneOnTheWire } from "./tones.mjs";

const PACKET_MS = 20;
const PACKET = (RATE * PACKET_MS) / 1_000;
const CARRIED = ["Via", "From", "To", "Call-ID", "CSeq"];
const SILENCE = Buffer.alloc(PACKET, 0xd5);

export class Telephone extends EventEmitter {
  #sip;
  #rtp;
  #clock;
  #call;
  #count = 0;
  #tone = SILENCE;
  #samples = [];
  /** What is done with a call that comes in: `answer`, or a status such as 486. */
  manners = "answer";

  /** At an address and, for who has to be found, a port of its own. */
  static async at(address, port = 0) {
    const telephone = new Telephone();
    telephone.#sip = await opened(address, port, (packet, from) => telephone.#message(packet.toString(), from));
    telephone.#rtp = await opened(address, 0, (packet) => telephone.#heard(packet));
    telephone.address = address;
    return telephone;
  }

  get port() {
    return this.#sip.address().port;
  }

  /** Speaks this tone from now on, without an end. */
  say(hz) {
    this.#tone = toneOnTheWire(hz);
    return this;
  }

  /** Calls a number of the centre as somebody; there when the centre has answered. */
  async call(centre, from, to) {
    const [host, port] = centre.split(":");
    const call = { mine: `<sip:${from}@${this.address}>;tag=t${this.#next()}`, theirs: `<sip:${to}@${host}>`, id: `${this.#next()}-${process.pid}@${this.address}`, target: `sip:${to}@${centre}`, at: { address: host, port: Number(port) }, cseq: 1 };
    this.#call = call;
    const answered = once(this, "answered");
    this.#request("INVITE", this.#offer());
    await answered;
    return this;
  }

  async hangUp() {
    if (!this.#call) return;
    this.#call.cseq += 1;
    this.#request("BYE");
    await once(this, "over");
  }

  /** Whether a call goes on. */
  get talking() {
    return this.#clock !== undefined;
  }

  /** The last so many milliseconds that were heard; silence where nothing came. */
  heard(ms = 500) {
    return { samples: this.#samples.slice(-(ms * RATE) / 1_000), rate: RATE };
  }

  close() {
    this.#silent();
    this.#sip.close();
    this.#rtp.close();
  }

  #next() {
    this.#count += 1;
    return `${process.hrtime.bigint().toString(36)}${this.#count}`;
  }

  #request(method, body = "", cseq = this.#call.cseq) {
    const call = this.#call;
    const lines = [
      `${method} ${call.target} SIP/2.0`,
      `Via: SIP/2.0/UDP ${this.address}:${this.port};branch=z9hG4bK${this.#next()};rport`,
      `From: ${call.mine}`,
      `To: ${call.theirs}`,
      `Call-ID: ${call.id}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: <sip:outside@${this.address}:${this.port}>`,
      "Max-Forwards: 70",
    ];
    this.#send(lines, body, call.at);
  }

  #reply(status, request, { body = "", tag = "" } = {}) {
    const lines = [`SIP/2.0 ${status} ${status < 300 ? "OK" : "No"}`];
    for (const name of CARRIED) for (const value of request.all(name)) lines.push(`${name}: ${value}${name === "To" && tag && !value.includes(";tag=") ? `;tag=${tag}` : ""}`);
    if (status < 300) lines.push(`Contact: <sip:outside@${this.address}:${this.port}>`);
    this.#send(lines, body, request.from);
  }

  #send(lines, body, to) {
    const kind = body ? ["Content-Type: application/sdp"] : [];
    this.#sip.send([...lines, ...kind, `Content-Length: ${body.length}`, "", body].join("\r\n"), to.port, to.address);
  }

  #offer() {
    return ["v=0", `o=- 1 1 IN IP4 ${this.address}`, "s=-", `c=IN IP4 ${this.address}`, "t=0 0", `m=audio ${this.#rtp.address().port} RTP/AVP 8`, "a=rtpmap:8 PCMA/8000", "a=ptime:20", ""].join("\r\n");
  }

  #message(text, from) {
    const message = read(text, from);
    if (message.status) this.#answer(message);
    else this.#asked(message);
  }

  /** An answer to what this telephone asked. */
  #answer(message) {
    const method = message.one("CSeq").split(" ")[1];
    if (!this.#call || message.one("Call-ID") !== this.#call.id || message.status < 200) return;
    if (method === "BYE") return this.#ended();
    if (method !== "INVITE") return;
    this.#call.theirs = message.one("To");
    if (message.status >= 300) {
      this.#request("ACK", "", this.#call.cseq);
      this.#call = undefined;
      this.emit("error", new Error(`the centre answers ${message.status}`));
      return;
    }
    this.#call.target = /<([^>]+)>/.exec(message.one("Contact"))[1];
    this.#request("ACK", "", this.#call.cseq);
    if (this.talking) return;
    this.#speak(message);
    this.emit("answered");
  }

  /** The centre asks something of this telephone. */
  #asked(message) {
    if (message.method === "ACK") return;
    if (message.method === "BYE") {
      this.#reply(200, message);
      this.#ended();
    } else if (message.method === "INVITE" && !this.#call) this.#called(message);
    else this.#reply(200, message, { body: message.method === "INVITE" ? this.#offer() : "" });
  }

  #called(message) {
    const tag = this.#next();
    const called = /<?sip:([^@>;]+)/.exec(message.one("To"))[1];
    if (this.manners !== "answer") {
      this.#reply(this.manners, message, { tag });
      this.emit("called", called);
      return;
    }
    this.#reply(200, message, { body: this.#offer(), tag });
    this.#call = { mine: `${message.one("To")};tag=${tag}`, theirs: message.one("From"), id: message.one("Call-ID"), target: /<([^>]+)>/.exec(message.one("Contact"))[1], at: message.from, cseq: 1 };
    this.#speak(message);
    this.emit("called", called);
  }

  /** Sends a packet every 20 ms, those that are late one after the other. */
  #speak(message) {
    const to = { address: /^c=IN IP4 (\S+)/m.exec(message.body)[1], port: Number(/^m=audio (\d+)/m.exec(message.body)[1]) };
    const began = performance.now();
    let sent = 0;
    this.#samples = [];
    this.#clock = setInterval(() => {
      for (const due = (performance.now() - began) / PACKET_MS; sent < due; sent += 1) {
        const head = Buffer.alloc(12);
        head.writeUInt16BE(0x8008, 0);
        head.writeUInt16BE(sent & 0xffff, 2);
        head.writeUInt32BE((sent * PACKET) >>> 0, 4);
        head.writeUInt32BE(0x5eed, 8);
        const at = (sent * PACKET) % this.#tone.length;
        this.#rtp.send(Buffer.concat([head, this.#tone.subarray(at, at + PACKET)]), to.port, to.address);
      }
    }, PACKET_MS).unref();
  }

  #heard(packet) {
    if (packet.length <= 12 || (packet[1] & 0x7f) !== 8) return;
    this.#samples.push(...heardOnTheWire(packet.subarray(12)));
    if (this.#samples.length > 60 * RATE) this.#samples.splice(0, 30 * RATE);
  }

  #silent() {
    clearInterval(this.#clock);
    this.#clock = undefined;
  }

  #ended() {
    this.#silent();
    this.#call = undefined;
    this.emit("over");
  }
}

function read(text, from) {
  const [head, body = ""] = text.split("\r\n\r\n");
  const [first, ...lines] = head.split("\r\n");
  const all = (name) => lines.filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`)).map((line) => line.slice(name.length + 1).trim());
  const status = /^SIP\/2.0 (\d+)/.exec(first)?.[1];
  return { status: status && Number(status), method: first.split(" ")[0], all, one: (name) => all(name)[0] ?? "", body, from };
}

function opened(address, port, listen) {
  return new Promise((done, failed) => {
    // A test that failed half-way leaves its telephones; they keep nobody from going home.
    const socket = createSocket("udp4", listen).unref();
    socket.once("error", failed);
    socket.bind(port, address, () => done(socket));
  });
}
