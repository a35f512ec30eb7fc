// Thousands of equal tiles: only the rows in sight are on the page, so scrolling and pushing stay cheap.
import { useLayoutEffect, useRef, useState, type ReactNode } from "react";

interface GridProps<Item> {
  label: string;
  items: Item[];
  itemKey: (item: Item) => string;
  render: (item: Item) => ReactNode;
  /** Narrowest a tile may be, px. */
  minWidth: number;
  /** Height of a tile, px. */
  height: number;
  gap?: number;
}

const OVERSCAN = 3;

function scroller(of: HTMLElement): HTMLElement {
  let up = of.parentElement;
  while (up && !/(auto|scroll)/.test(getComputedStyle(up).overflowY)) up = up.parentElement;
  return up ?? document.documentElement;
}

export function visibleRows(top: number, seen: number, step: number, rows: number): [from: number, until: number] {
  const from = Math.max(0, Math.floor(top / step) - OVERSCAN);
  return [Math.min(from, rows), Math.min(rows, Math.max(0, Math.ceil((top + seen) / step) + OVERSCAN))];
}

export function Grid<Item>({ label, items, itemKey, render, minWidth, height, gap = 8 }: GridProps<Item>) {
  const element = useRef<HTMLUListElement>(null);
  const [width, setWidth] = useState(1120);
  const [range, setRange] = useState<[number, number]>([0, 24]);
  const columns = Math.max(1, Math.floor((width + gap) / (minWidth + gap)));
  const rows = Math.ceil(items.length / columns);
  const step = height + gap;

  useLayoutEffect(() => {
    const list = element.current;
    if (!list) return;
    const view = scroller(list);
    const measure = () => {
      setWidth(list.clientWidth || 1120);
      const box = list.getBoundingClientRect();
      const seen = view.clientHeight || 900;
      const top = view.getBoundingClientRect().top - box.top;
      const [from, until] = visibleRows(top, seen, step, rows);
      setRange((was) => (was[0] === from && was[1] === until ? was : [from, until]));
    };
    measure();
    let asked = 0;
    const later = () => {
      cancelAnimationFrame(asked);
      asked = requestAnimationFrame(measure);
    };
    view.addEventListener("scroll", later, { passive: true });
    const sizes = new ResizeObserver(later);
    sizes.observe(list);
    sizes.observe(view);
    return () => {
      cancelAnimationFrame(asked);
      view.removeEventListener("scroll", later);
      sizes.disconnect();
    };
  }, [rows, step]);

  const [from, until] = range;
  const shown = items.slice(from * columns, until * columns);
  return (
    <ul ref={element} aria-label={label} style={{ position: "relative", height: Math.max(0, rows * step - gap) }}>
      {shown.map((item, i) => {
        const at = from * columns + i;
        const left = ((at % columns) * 100) / columns;
        return (
          <li
            key={itemKey(item)}
            aria-setsize={items.length}
            aria-posinset={at + 1}
            style={{
              position: "absolute",
              top: Math.floor(at / columns) * step,
              left: `calc(${left}% + ${((at % columns) * gap) / columns}px)`,
              width: `calc(${100 / columns}% - ${(gap * (columns - 1)) / columns}px)`,
              height,
            }}
          >
            {render(item)}
          </li>
        );
      })}
    </ul>
  );
}
