// Keys on a page. Ignored while an input method is composing, and plain letters while typing; Esc never ends a call.
import { useEffect, useRef } from "react";
import { keyOf } from "./keys";

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** `{ k: stop, "ctrl+Enter": save }`; keys are written as `keyOf` writes them. */
export function useHotkeys(keys: Record<string, (event: KeyboardEvent) => void>, active = true): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    if (!active) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.isComposing || event.keyCode === 229) return;
      const key = keyOf(event);
      const handler = latest.current[key];
      // F2 and Ctrl+K mean the same in the middle of a sentence.
      if (!handler || (typing(event.target) && !/^(ctrl\+|alt\+|F\d)/.test(key))) return;
      event.preventDefault();
      // A key held down answers one call, not two.
      if (!event.repeat || key.length === 1) handler(event);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [active]);
}
