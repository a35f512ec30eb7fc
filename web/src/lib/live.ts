// The one socket for live data. Topics are named like rooms; a dropped socket is a state that pages show.
import { useEffect, useRef, useSyncExternalStore } from "react";
import { heardServerTime, serverNow } from "./clock";

export type Link = "connecting" | "open" | "lost";
export interface LinkState {
  link: Link;
  /** When the last message or heartbeat came, in the server's ms; null before the first. */
  heard: number | null;
  /** How often the connection has been tried since it was last open. */
  tries: number;
}

/** What the server sends: `{"topic":"floor","at":"…","data":{…}}`; a heartbeat has no topic. */
interface Message {
  topic?: string;
  at?: string;
  data?: unknown;
}
type Handler = (data: unknown, at: string | undefined) => void;

const SILENCE_MS = 20_000;
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
  if (message.at) heardServerTime(message.at);
  state = { ...state, heard: serverNow() };
  if (!message.topic) return;
  for (const handler of topics.get(message.topic) ?? []) handler(message.data, message.at);
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

function open(): void {
  if (topics.size === 0 || socket) return;
  const url = new URL("/api/live", window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const mine = new WebSocket(url);
  socket = mine;
  mine.onopen = () => {
    lastMessage = performance.now();
    become({ link: "open", tries: 0 });
    for (const topic of topics.keys()) send({ subscribe: topic });
  };
  mine.onmessage = (event) => receive(String(event.data));
  mine.onclose = () => {
    if (socket !== mine) return;
    socket = undefined;
    become({ link: "lost", tries: state.tries + 1 });
    retry();
  };
  // A cable that was pulled closes nothing: silence is a loss too.
  watchdog ??= setInterval(() => {
    if (socket?.readyState === WebSocket.OPEN && performance.now() - lastMessage > SILENCE_MS) socket.close();
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
  if (first) send({ subscribe: topic });
  open();
  return () => {
    handlers.delete(handler);
    if (handlers.size > 0) return;
    topics.delete(topic);
    send({ unsubscribe: topic });
    // A page that changes leaves and comes back within one turn; only then is the socket let go.
    setTimeout(() => {
      if (topics.size === 0) close();
    }, 1_000);
  };
}

/** Calls back with each message of a topic while the component is on the page. */
export function useLive<T>(topic: string, handler: (data: T, at: string | undefined) => void): void {
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  useEffect(() => subscribe(topic, (data, at) => latest.current(data as T, at)), [topic]);
}

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
