// Keys on a page. Ignored while typing and while an input method is composing; never with Ctrl+Space or Ctrl+Shift.
import { useEffect, useRef } from "react";

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** `{ k: stop, "ctrl+Enter": save }`; a handler's key is written as in KeyboardEvent.key, letters in lower case. */
export function useHotkeys(keys: Record<string, (event: KeyboardEvent) => void>, active = true): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    if (!active) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.isComposing || event.keyCode === 229 || event.shiftKey || event.metaKey) return;
      const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const full = `${event.ctrlKey ? "ctrl+" : ""}${event.altKey ? "alt+" : ""}${name}`;
      const handler = latest.current[full];
      if (!handler || (typing(event.target) && !event.ctrlKey && !event.altKey)) return;
      event.preventDefault();
      handler(event);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [active]);
}
