// The keys of the desk: which key does what, changed by each person for herself, never one that an input method needs.
import { useSyncExternalStore } from "react";

/** What can be done by key, with the key it has unless somebody chose another. */
export const DEFAULT_KEYS = {
  answer: "F2",
  hold: "F4",
  mute: "F8",
  transfer: "F9",
  end: "F10",
  ready: "alt+1",
  short_break: "alt+2",
  meal: "alt+3",
  training: "alt+4",
  meeting: "alt+5",
  callback: "alt+6",
  search: "ctrl+k",
  save: "ctrl+Enter",
  reason: "alt+r",
} as const;
export type KeyAct = keyof typeof DEFAULT_KEYS;
export const KEY_ACTS = Object.keys(DEFAULT_KEYS) as KeyAct[];

type Keys = Record<KeyAct, string>;
const STORE = "keys";
const listeners = new Set<() => void>();
let current: Keys = read();

function read(): Keys {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORE) ?? "{}");
    const own = typeof stored === "object" && stored !== null ? (stored as Partial<Record<string, unknown>>) : {};
    const entries = KEY_ACTS.map((act) => [act, typeof own[act] === "string" && unfit(own[act]) === null ? own[act] : DEFAULT_KEYS[act]]);
    return Object.fromEntries(entries) as Keys;
  } catch {
    return { ...DEFAULT_KEYS };
  }
}

/** A pressed key as it is written here: `ctrl+Enter`, `alt+1`, `F2`; empty while only Ctrl, Alt or Shift is down. */
export function keyOf(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "altKey" | "shiftKey" | "metaKey">): string {
  if (["Control", "Alt", "Shift", "Meta", "Process", "Dead", "AltGraph"].includes(event.key)) return "";
  const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return `${event.metaKey ? "meta+" : ""}${event.ctrlKey ? "ctrl+" : ""}${event.altKey ? "alt+" : ""}${event.shiftKey ? "shift+" : ""}${name}`;
}

/** Why a key cannot be used; null when it can. */
export function unfit(key: string): "input_method" | "plain" | "browser" | null {
  // Ctrl+Space and Ctrl+Shift switch input methods; so does Shift alone, and Alt+Shift.
  if (/shift\+|meta\+/.test(key) || /^(ctrl|alt)\+ $/.test(key)) return "input_method";
  if (/^ctrl\+[wtnrlpq]$|^F5$|^F11$|^F12$|^alt\+(F4|ArrowLeft|ArrowRight|d)$|^Escape$/.test(key)) return "browser";
  return /^(F\d+|(ctrl|alt)\+.+)$/.test(key) ? null : "plain";
}

/** Which other act has the key already. */
export function taken(keys: Keys, act: KeyAct, key: string): KeyAct | undefined {
  return KEY_ACTS.find((other) => other !== act && keys[other] === key);
}

function keep(next: Keys): void {
  current = next;
  try {
    localStorage.setItem(STORE, JSON.stringify(Object.fromEntries(KEY_ACTS.filter((act) => next[act] !== DEFAULT_KEYS[act]).map((act) => [act, next[act]]))));
  } catch {
    // Kept for this page only.
  }
  for (const listener of listeners) listener();
}

export const setKey = (act: KeyAct, key: string): void => keep({ ...current, [act]: key });
export const resetKeys = (): void => keep({ ...DEFAULT_KEYS });

// Chosen in another tab.
window.addEventListener("storage", ({ key }) => {
  if (key !== STORE) return;
  current = read();
  for (const listener of listeners) listener();
});

export function useKeys(): Keys {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
    () => current,
  );
}

const NAMES: Record<string, string> = { ctrl: "Ctrl", alt: "Alt", Enter: "↵", ArrowUp: "↑", ArrowDown: "↓", " ": "Space" };
/** `Ctrl ↵`, `Alt 1`, as it stands on a button. */
export function keyLabel(key: string): string {
  return key
    .split("+")
    .map((part) => NAMES[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    .join(" ");
}
