// One of a few, side by side: a single stop of the Tab key, with the arrows from one to the next.
import { useRef, useState, type KeyboardEvent, type ReactNode } from "react";

interface Choice<Key extends string> {
  key: Key;
  label: ReactNode;
  /** Why it cannot be chosen. */
  barred?: string | undefined;
}

const STEPS: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export function Choose<Key extends string>({ label, items, value, small = false, onChoose }: { label: string; items: Choice<Key>[]; value: Key | null; small?: boolean; onChoose: (key: Key) => void }) {
  const group = useRef<HTMLDivElement>(null);
  const [last, setLast] = useState<Key | null>(null);
  const at = Math.max(0, items.findIndex(({ key }) => key === (last ?? value)));
  const step = (event: KeyboardEvent) => {
    const by = STEPS[event.key];
    if (by === undefined || event.nativeEvent.isComposing) return;
    event.preventDefault();
    group.current?.querySelectorAll("button")[(at + by + items.length) % items.length]?.focus();
  };
  return (
    <div ref={group} className={small ? "choose small" : "choose"} role="group" aria-label={label} onKeyDown={step} onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && setLast(null)}>
      {items.map(({ key, label: word, barred }, place) => (
        <button key={key} type="button" aria-pressed={value === key} aria-disabled={barred !== undefined} title={barred} tabIndex={place === at ? 0 : -1} onFocus={() => setLast(key)} onClick={() => barred === undefined && onChoose(key)}>
          {word}
        </button>
      ))}
    </div>
  );
}
