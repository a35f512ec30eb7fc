// The softphone itself: one for the whole browser window, above all pages. Pages see `useSoftphone` and nothing of JsSIP.
import type { RTCSession } from "jssip/lib/RTCSession";
import type { UA } from "jssip/lib/UA";
import * as audio from "./audio";
import { between, preferOpus, read, type Quality, type Reading } from "./quality";
import { ELSEWHERE, SIGNED_OUT, WatchedSocket } from "./socket";
import { Ownership } from "./tabs";

export type Status =
  | "off"
  | "connecting"
  | "ready"
  /** Another tab, window or browser has it; `takeOver` brings it here. */
  | "elsewhere"
  /** The server does not want this person's softphone: signed out, or no calls to answer. */
  | "refused"
  /** No microphone, or it may not be used. */
  | "no_microphone";

export interface Call {
  /** The Call-ID. */
  id: string;
  direction: "in" | "out";
  state: "ringing" | "dialling" | "talking";
  /** The server asked the softphone to answer by itself. */
  byItself: boolean;
  /** `performance.now()` of the answer. */
  since: number | null;
}

export interface State {
  status: Status;
  call: Call | null;
  muted: boolean;
  quality: Quality | null;
  devices: audio.Devices;
  chosen: audio.Chosen;
  /** The connection was there and is lost; it is being brought back. */
  reconnecting: boolean;
}

const METER_MS = 100;
const QUALITY_MS = 2_000;
const REGISTER_S = 120;
/** Without candidates to wait for: the server finds us by our first packet, wherever it comes from. */
const PEER: RTCConfiguration = { iceServers: [], bundlePolicy: "max-bundle", rtcpMuxPolicy: "require" };
const WANTED = "softphone.wanted";
/** Kept until the window is closed, so that the next call after a bad one takes the codec that stands loss. */
const POOR = "softphone.poor_network";

type Watcher = () => void;

class Softphone {
  state: State = {
    status: "off",
    call: null,
    muted: false,
    quality: null,
    devices: { microphones: [], speakers: [] },
    chosen: audio.remembered(),
    reconnecting: false,
  };
  levels: audio.Levels = { in: 0, out: 0 };

  #watchers = new Set<Watcher>();
  #levelWatchers = new Set<Watcher>();
  #number: string | undefined;
  #tabs: Ownership | undefined;
  #ua: UA | undefined;
  #socket: WatchedSocket | undefined;
  #session: RTCSession | undefined;
  #stream: MediaStream | undefined;
  #context: AudioContext | undefined;
  #inMeter: audio.Meter | undefined;
  #outMeter: audio.Meter | undefined;
  #metering: ReturnType<typeof setInterval> | undefined;
  #measuring: ReturnType<typeof setInterval> | undefined;
  #ringer = new audio.Ringer();
  #speaker: HTMLAudioElement | undefined;
  #testing = 0;
  /** Grows with each start and stop, so that what was under way for an old one ends. */
  #turn = 0;

  watch = (watcher: Watcher): Watcher => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  watchLevels = (watcher: Watcher): Watcher => {
    this.#levelWatchers.add(watcher);
    return () => this.#levelWatchers.delete(watcher);
  };

  #become(next: Partial<State>): void {
    this.state = { ...this.state, ...next };
    for (const watcher of this.#watchers) watcher();
  }

  /** Brings the softphone up in this person's name. Harmless when it is up already. */
  start = (number: string): void => {
    if (this.#number === number) {
      if (this.state.status === "no_microphone" || this.state.status === "refused") void this.#open();
      return;
    }
    if (this.#number !== undefined) this.stop();
    this.#number = number;
    want(true);
    this.#become({ status: "connecting" });
    this.#tabs ??= new Ownership(
      () => void this.#open(),
      () => {
        this.#close();
        this.#become({ status: "elsewhere" });
      },
    );
    this.#tabs.ask();
  };

  stop = (): void => {
    this.#number = undefined;
    this.#tabs?.leave();
    this.#close();
    this.#become({ status: "off" });
  };

  /** Whether it was in use here, and should come up by itself. */
  wanted = (): boolean => wants();

  /** Stopped by the agent, who has another telephone: it stays away until `start`. */
  putAway = (): void => {
    want(false);
    this.stop();
  };

  /** From another tab, window or browser to this tab. */
  takeOver = (): void => {
    if (this.state.status !== "elsewhere") return;
    this.#become({ status: "connecting" });
    // Held by us already when it is another browser that has the softphone.
    if (this.#ousted) void this.#open();
    else this.#tabs?.take();
  };
  #ousted = false;

  async #open(): Promise<void> {
    const number = this.#number;
    if (number === undefined) return;
    this.#close();
    this.#ousted = false;
    const turn = this.#turn;
    this.#become({ status: "connecting" });
    try {
      await this.#listen();
    } catch {
      if (turn === this.#turn) this.#become({ status: "no_microphone" });
      return;
    }
    const { default: JsSIP } = await import("jssip");
    if (turn !== this.#turn) return;
    const url = new URL("/sip", window.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WatchedSocket(url.href, (code) => this.#disconnected(code));
    this.#socket = socket;
    const ua = new JsSIP.UA({
      sockets: [{ socket: socket as never, weight: 1 }],
      uri: `sip:${number}@${window.location.hostname}`,
      register_expires: REGISTER_S,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 3,
      session_timers: false,
      user_agent: "Switchboard softphone",
    });
    this.#ua = ua;
    ua.on("registered", () => this.#become({ status: "ready", reconnecting: false }));
    ua.on("registrationFailed", ({ response }) => {
      if (response?.status_code === 403) {
        this.#close();
        this.#become({ status: "refused" });
      }
    });
    ua.on("newRTCSession", ({ session }: { session: RTCSession }) => this.#arrived(session));
    ua.start();
    window.addEventListener("online", this.#networkBack);
    window.addEventListener("offline", this.#networkGone);
    navigator.mediaDevices?.addEventListener("devicechange", this.#devicesChanged);
  }

  #networkGone = (): void => this.#socket?.drop();
  #networkBack = (): void => {
    this.#socket?.drop();
    this.#socket?.connect();
  };
  #devicesChanged = (): void => void audio.list().then((devices) => this.#become({ devices }));

  /** The connection is gone: so is the call on it, and the server keeps the caller for us. Nothing is said to anybody. */
  #disconnected(code: number): void {
    this.#ringer.stop();
    this.#endSession();
    if (code === ELSEWHERE) {
      this.#close();
      this.#ousted = true;
      this.#become({ status: "elsewhere" });
    } else if (code === SIGNED_OUT) {
      this.#close();
      this.#become({ status: "refused" });
    } else {
      this.#become({ status: "connecting", reconnecting: true });
    }
  }

  #close(): void {
    this.#turn += 1;
    window.removeEventListener("online", this.#networkBack);
    window.removeEventListener("offline", this.#networkGone);
    navigator.mediaDevices?.removeEventListener("devicechange", this.#devicesChanged);
    this.#ringer.stop();
    // The socket first: what JsSIP would say at parting, the server must not take for the agent hanging up.
    this.#socket?.disconnect();
    this.#endSession();
    this.#ua?.stop();
    this.#ua = undefined;
    this.#socket = undefined;
    this.#testing = 0;
    this.#letMicrophone();
    this.#become({ reconnecting: false });
  }

  async #listen(): Promise<void> {
    const turn = this.#turn;
    const stream = await audio.microphone(this.state.chosen.microphone);
    if (turn !== this.#turn) {
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    this.#letMicrophone();
    this.#stream = stream;
    for (const track of stream.getAudioTracks()) {
      track.enabled = !this.state.muted;
      // Pulled out: another takes over.
      track.onended = () => void this.#replaceMicrophone();
    }
    this.#context ??= new AudioContext();
    void this.#context.resume().catch(() => undefined);
    this.#inMeter = new audio.Meter(this.#context, stream);
    this.#metering ??= setInterval(this.#meter, METER_MS);
    this.#become({ devices: await audio.list() });
  }

  #letMicrophone(): void {
    clearInterval(this.#metering);
    this.#metering = undefined;
    this.#inMeter?.stop();
    this.#inMeter = undefined;
    for (const track of this.#stream?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    this.#stream = undefined;
    this.levels = { in: 0, out: 0 };
    for (const watcher of this.#levelWatchers) watcher();
  }

  #meter = (): void => {
    if (this.#levelWatchers.size === 0) return;
    this.levels = { in: this.state.muted ? 0 : (this.#inMeter?.level() ?? 0), out: this.#outMeter?.level() ?? 0 };
    for (const watcher of this.#levelWatchers) watcher();
  };

  async #replaceMicrophone(): Promise<void> {
    try {
      await this.#listen();
      const [track] = this.#stream?.getAudioTracks() ?? [];
      const sender = this.#session?.connection?.getSenders().find((one) => one.track?.kind === "audio");
      if (track && sender) await sender.replaceTrack(track);
    } catch {
      this.#become({ status: "no_microphone" });
    }
  }

  #arrived(session: RTCSession): void {
    const incoming = session.direction === "incoming";
    // A caller who is brought back after a lost connection takes the place of what is left of the old call.
    if (this.#session && this.#session !== session) this.#endSession();
    this.#session = session;
    const request = (session as unknown as { _request?: { call_id: string; getHeader: (name: string) => string | undefined } })._request;
    const alert = incoming ? `${request?.getHeader("Alert-Info") ?? ""};${request?.getHeader("Call-Info") ?? ""}` : "";
    const byItself = /info=alert-autoanswer|answer-after=0/.test(alert);
    this.#become({
      call: { id: request?.call_id ?? "", direction: incoming ? "in" : "out", state: incoming ? "ringing" : "dialling", byItself, since: null },
    });
    session.on("peerconnection", ({ peerconnection }) => this.#hearing(peerconnection));
    session.on("icecandidate", ({ ready }) => ready());
    // Chosen once for a call, and in what is offered to us: a browser speaks what stands first there, whatever it answers.
    const poor = isPoor();
    session.on("sdp", (event) => {
      if (event.originator === "remote" && event.type === "offer" && poor) event.sdp = preferOpus(event.sdp);
    });
    session.on("accepted", () => {
      this.#ringer.stop();
      this.#talking(session);
    });
    session.on("confirmed", () => this.#talking(session));
    const over = () => {
      if (this.#session === session) this.#ended();
    };
    session.on("ended", over);
    session.on("failed", over);
    if (!incoming) {
      if (session.connection) this.#hearing(session.connection);
      return;
    }
    this.#ringer.start(this.state.chosen.ringer, byItself);
    if (byItself) this.answer();
  }

  #talking(session: RTCSession): void {
    if (this.#session !== session || !this.state.call || this.state.call.state === "talking") return;
    this.#become({ call: { ...this.state.call, state: "talking", since: performance.now() } });
    let before: Reading | undefined;
    clearInterval(this.#measuring);
    this.#measuring = setInterval(() => {
      void session.connection?.getStats().then((stats) => {
        if (this.#session !== session) return;
        const now = read(stats.values() as Iterable<never>);
        if (before) {
          const quality = between(before, now);
          this.#become({ quality });
          rememberPoor(quality.grade === "poor");
        }
        before = now;
      }, () => undefined);
    }, QUALITY_MS);
  }

  #hearing(peer: RTCPeerConnection): void {
    peer.addEventListener("track", ({ track, streams }) => {
      const stream = streams[0] ?? new MediaStream([track]);
      if (!this.#speaker) {
        this.#speaker = document.createElement("audio");
        this.#speaker.dataset.softphone = "";
        this.#speaker.hidden = true;
        document.body.append(this.#speaker);
      }
      const speaker = this.#speaker;
      speaker.srcObject = stream;
      void playOnChosen(speaker, this.state.chosen.speaker);
      if (this.#context) {
        this.#outMeter?.stop();
        this.#outMeter = new audio.Meter(this.#context, stream);
      }
    });
  }

  /** What is left of a call here; the far end is told only if the connection still stands. */
  #endSession(): void {
    const session = this.#session;
    this.#session = undefined;
    if (session && !session.isEnded()) {
      try {
        session.terminate();
      } catch {
        // It was over already.
      }
    }
    this.#ended();
  }

  #ended(): void {
    this.#session = undefined;
    this.#ringer.stop();
    clearInterval(this.#measuring);
    this.#outMeter?.stop();
    this.#outMeter = undefined;
    if (this.#speaker) this.#speaker.srcObject = null;
    for (const track of this.#stream?.getAudioTracks() ?? []) track.enabled = true;
    if (this.state.call || this.state.muted || this.state.quality) this.#become({ call: null, muted: false, quality: null });
  }

  answer = (): void => {
    if (this.state.call?.state !== "ringing" || !this.#stream) return;
    this.#session?.answer({ mediaStream: this.#stream, pcConfig: PEER });
  };

  /** Calls a number or a colleague. False when there is a call already, or no connection. */
  dial = (number: string): boolean => {
    if (!this.#ua || !this.#stream || this.#session || this.state.status !== "ready") return false;
    this.#ua.call(`sip:${encodeURIComponent(number)}@${window.location.hostname}`, { mediaStream: this.#stream, pcConfig: PEER });
    return true;
  };

  hangUp = (): void => {
    const session = this.#session;
    if (session && !session.isEnded()) session.terminate();
  };

  mute = (muted: boolean): void => {
    if (!this.state.call) return;
    for (const track of this.#stream?.getAudioTracks() ?? []) track.enabled = !muted;
    this.#become({ muted });
  };

  sendDigit = (digit: string): void => {
    if (this.state.call?.state === "talking") this.#session?.sendDTMF(digit, { transportType: "RFC2833" as never });
  };

  choose = async (change: Partial<audio.Chosen>): Promise<void> => {
    const chosen = { ...this.state.chosen, ...change };
    audio.remember(chosen);
    this.#become({ chosen });
    if (change.speaker !== undefined && this.#speaker) await audio.playOn(this.#speaker, chosen.speaker);
    if (change.microphone !== undefined && this.#stream) await this.#replaceMicrophone();
  };

  /** Opens the microphone to try it, also while the softphone is off. Call what is returned at the end. */
  testMicrophone = async (): Promise<() => void> => {
    this.#testing += 1;
    if (!this.#stream) await this.#listen();
    return () => {
      this.#testing = Math.max(0, this.#testing - 1);
      if (this.#testing === 0 && !this.#ua) this.#letMicrophone();
    };
  };

  testRinger = (): void => this.#ringer.start(this.state.chosen.ringer, true);

  /** What the microphone hears now, for a recording of the test. */
  get microphoneStream(): MediaStream | undefined {
    return this.#stream;
  }
}

async function playOnChosen(element: HTMLAudioElement, speaker: string): Promise<void> {
  await audio.playOn(element, speaker);
  await element.play().catch(() => undefined);
}

function wants(): boolean {
  try {
    return localStorage.getItem(WANTED) === "1";
  } catch {
    return false;
  }
}

function want(it: boolean): void {
  try {
    localStorage.setItem(WANTED, it ? "1" : "0");
  } catch {
    // Then it has to be started by hand each time.
  }
}

function isPoor(): boolean {
  try {
    return sessionStorage.getItem(POOR) === "1";
  } catch {
    return false;
  }
}

function rememberPoor(poor: boolean): void {
  try {
    if (poor) sessionStorage.setItem(POOR, "1");
  } catch {
    // Then every call begins with the best sound.
  }
}

export const softphone = new Softphone();
