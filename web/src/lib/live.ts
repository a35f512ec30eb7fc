// The one socket for live data. Topics are named room and noun (`floor.now`); a dropped socket is a state that pages show.
import { useEffect, useRef, useSyncExternalStore } from "react";
import { queries } from "./api";
import { heardServerTime, serverNow } from "./clock";

export type Link = "connecting" | "open" | "lost";
export interface LinkState {
  link: Link;
  /** When the last message or heartbeat came, in the server's ms; null before the first. */
  heard: number | null;
  /** How often the connection has been tried since it was last open. */
  tries: number;
}

/** What the server sends: `{"topic":"floor.now","version":12,"data":{…}}`, a topic's newest picture; never all of them. */
interface Message {
  topic?: string;
  data?: unknown;
  /** This topic does not exist, or is not for this person. */
  refused?: string | null;
  /** The session has ended. */
  signed_out?: boolean;
}
type Handler = (data: unknown) => void;

const SILENCE_MS = 20_000;
/** A question whose answer is always a refusal: a quiet topic still shows that the line is alive. */
const PROBE = { watch: ["?"] };
const PROBE_AFTER_MS = 8_000;
const topics = new Map<string, Set<Handler>>();
const watchers = new Set<() => void>();
let socket: WebSocket | undefined;
let state: LinkState = { link: "connecting", heard: null, tries: 0 };
let again: ReturnType<typeof setTimeout> | undefined;
let watchdog: ReturnType<typeof setInterval> | undefined;
let lastMessage = 0;

function become(next: Partial<LinkState>): void {
  state = { ...state, ...next };
  for (const watcher of watchers) watcher();
}

function send(value: unknown): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(value));
}

function receive(text: string): void {
  lastMessage = performance.now();
  let message: Message;
  try {
    message = JSON.parse(text) as Message;
  } catch {
    return;
  }
  const at = (message.data as { at?: unknown } | null | undefined)?.at;
  if (typeof at === "string") heardServerTime(at);
  state = { ...state, heard: serverNow() };
  if (message.signed_out) void queries.invalidateQueries({ queryKey: ["me"] });
  if (!message.topic) return;
  for (const handler of topics.get(message.topic) ?? []) handler(message.data);
}

function retry(): void {
  if (again !== undefined || topics.size === 0) return;
  // 0.5 s, 1 s, 2 s … at most 10 s, spread so that a restart is not met by everybody at once.
  const wait = Math.min(10_000, 500 * 2 ** Math.min(state.tries, 5)) * (0.75 + Math.random() / 2);
  again = setTimeout(() => {
    again = undefined;
    open();
  }, wait);
}

/** Does not wait for the closing handshake, which a pulled cable never answers. */
function drop(mine: WebSocket): void {
  if (socket !== mine) return;
  socket = undefined;
  mine.onmessage = null;
  mine.close();
  become({ link: "lost", tries: state.tries + 1 });
  retry();
}

function open(): void {
  if (topics.size === 0 || socket) return;
  const url = new URL("/api/live", window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const mine = new WebSocket(url);
  socket = mine;
  mine.onopen = () => {
    lastMessage = performance.now();
    become({ link: "open", tries: 0 });
    send({ watch: [...topics.keys()] });
  };
  mine.onmessage = (event) => receive(String(event.data));
  mine.onclose = () => drop(mine);
  // A cable that was pulled closes nothing: silence is a loss too.
  watchdog ??= setInterval(() => {
    if (socket?.readyState !== WebSocket.OPEN) return;
    const silent = performance.now() - lastMessage;
    if (silent > SILENCE_MS) drop(socket);
    else if (silent > PROBE_AFTER_MS) send(PROBE);
  }, 2_000);
}

function close(): void {
  clearTimeout(again);
  again = undefined;
  clearInterval(watchdog);
  watchdog = undefined;
  const mine = socket;
  socket = undefined;
  mine?.close();
  state = { link: "connecting", heard: null, tries: 0 };
}

/** Connects at once instead of waiting for the next try. */
export function reconnect(): void {
  clearTimeout(again);
  again = undefined;
  if (!socket) {
    become({ link: "connecting" });
    open();
  }
}

export function subscribe(topic: string, handler: Handler): () => void {
  const handlers = topics.get(topic) ?? new Set<Handler>();
  handlers.add(handler);
  const first = handlers.size === 1;
  topics.set(topic, handlers);
  if (first) send({ watch: [topic] });
  open();
  return () => {
    handlers.delete(handler);
    if (handlers.size > 0) return;
    topics.delete(topic);
    send({ unwatch: [topic] });
    // A page that changes leaves and comes back within one turn; only then is the socket let go.
    setTimeout(() => {
      if (topics.size === 0) close();
    }, 1_000);
  };
}

/** Calls back with each message of a topic while the component is on the page. */
export function useLive<T>(topic: string, handler: (data: T) => void): void {
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  useEffect(() => subscribe(topic, (data) => latest.current(data as T)), [topic]);
}

/** Whether the line is open, for what is asked outside a component. */
export const linkNow = (): Link => state.link;

export function useLink(): LinkState {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => state,
    () => state,
  );
}
