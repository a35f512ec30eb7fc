// The WebSocket under JsSIP, with a watch of our own: a network that has gone closes nothing, and an agent without a
// connection must be reconnected within seconds, because her caller waits.

/** The server says that the softphone was opened elsewhere, or that the session has ended. */
export const ELSEWHERE = 4001;
export const SIGNED_OUT = 4401;

const PROBE_MS = 1_500;
const SILENT_MS = 4_500;
const OPEN_MS = 5_000;

/** What JsSIP wants of a socket. */
export class WatchedSocket {
  readonly sip_uri: string;
  via_transport = "WS";
  #socket: WebSocket | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;
  #heard = 0;

  onconnect: () => void = () => undefined;
  ondisconnect: (error: boolean, code?: number, reason?: string) => void = () => undefined;
  ondata: (data: unknown) => void = () => undefined;

  constructor(
    readonly url: string,
    private readonly closed: (code: number) => void,
  ) {
    this.sip_uri = `sip:${new URL(url).host};transport=ws`;
  }

  connect(): void {
    if (this.#socket) {
      if (this.isConnected()) this.onconnect();
      return;
    }
    const mine = new WebSocket(this.url, "sip");
    this.#socket = mine;
    this.#heard = performance.now();
    mine.onopen = () => {
      this.#heard = performance.now();
      this.onconnect();
    };
    mine.onmessage = ({ data }) => {
      this.#heard = performance.now();
      if (data !== "\r\n") this.ondata(data);
    };
    mine.onclose = ({ code, reason, wasClean }) => this.#lost(mine, !wasClean, code, reason);
    clearInterval(this.#watch);
    this.#watch = setInterval(() => {
      const silent = performance.now() - this.#heard;
      if (mine.readyState === WebSocket.CONNECTING ? silent > OPEN_MS : silent > SILENT_MS) this.#lost(mine, true, 1006, "silent");
      else if (mine.readyState === WebSocket.OPEN && silent > PROBE_MS / 2) mine.send("\r\n\r\n");
    }, PROBE_MS);
  }

  /** Does not wait for a closing handshake that nobody may answer. */
  #lost(mine: WebSocket, error: boolean, code: number, reason: string): void {
    if (this.#socket !== mine) return;
    this.#let(mine);
    this.closed(code);
    this.ondisconnect(error, code, reason);
  }

  #let(mine: WebSocket): void {
    clearInterval(this.#watch);
    this.#socket = undefined;
    mine.onopen = mine.onmessage = mine.onclose = null;
    mine.close();
  }

  /** The network has changed: what there was is not trusted any more. */
  drop(): void {
    if (this.#socket) this.#lost(this.#socket, true, 1006, "network");
  }

  disconnect(): void {
    if (this.#socket) this.#let(this.#socket);
  }

  send(message: string | ArrayBufferLike | Blob | ArrayBufferView): boolean {
    if (!this.isConnected()) return false;
    this.#socket?.send(message as string);
    return true;
  }

  isConnected(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  isConnecting(): boolean {
    return this.#socket?.readyState === WebSocket.CONNECTING;
  }
}
