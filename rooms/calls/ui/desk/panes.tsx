// Three panes whose outer two have a few widths each: dragged or stepped with the keyboard, remembered in this browser.
import { useState, type KeyboardEvent, type PointerEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

/** Pixels; 0 folds the pane away. */
export const WIDTHS = { left: [0, 208, 264], right: [0, 320, 420] } as const;
type Side = keyof typeof WIDTHS;
type Chosen = Record<Side, number>;
const STORE = "desk.panes";
/** From this width of the window on there is room for the wide panes, unless somebody has chosen others. */
const WIDE = 1_700;
const usual = (): Chosen => (window.innerWidth >= WIDE ? { left: 2, right: 2 } : { left: 1, right: 1 });

function read(): Chosen {
  try {
    const stored = JSON.parse(localStorage.getItem(STORE) ?? "{}") as Partial<Chosen>;
    const fit = (side: Side) => (typeof stored[side] === "number" && WIDTHS[side][stored[side]] !== undefined ? stored[side] : usual()[side]);
    return { left: fit("left"), right: fit("right") };
  } catch {
    return usual();
  }
}

/** The width that is nearest to where the pointer is. */
export function nearest(widths: readonly number[], px: number): number {
  return widths.reduce((best, width, index) => (Math.abs(width - px) < Math.abs((widths[best] ?? 0) - px) ? index : best), 0);
}

export function Panes({ left, right, children }: { left: ReactNode; right: ReactNode; children: ReactNode }) {
  const { t } = useTranslation("calls");
  const [chosen, setChosen] = useState(read);
  const choose = (side: Side, index: number) => {
    const next = { ...chosen, [side]: Math.max(0, Math.min(WIDTHS[side].length - 1, index)) };
    setChosen(next);
    try {
      localStorage.setItem(STORE, JSON.stringify(next));
    } catch {
      // Kept for this page only.
    }
  };
  const edge = (side: Side) => {
    const drag = (event: PointerEvent<HTMLDivElement>) => {
      if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
      const box = event.currentTarget.parentElement?.getBoundingClientRect();
      if (box) choose(side, nearest(WIDTHS[side], side === "left" ? event.clientX - box.left : box.right - event.clientX));
    };
    const step = (event: KeyboardEvent) => {
      const by = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
      if (by === 0) return;
      event.preventDefault();
      choose(side, chosen[side] + (side === "left" ? by : -by));
    };
    return (
      <div
        className="edge"
        role="separator"
        tabIndex={0}
        aria-orientation="vertical"
        aria-label={t(`desk.edge.${side}`)}
        aria-valuenow={WIDTHS[side][chosen[side]]}
        aria-valuemin={0}
        aria-valuemax={WIDTHS[side].at(-1)}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={drag}
        onDoubleClick={() => choose(side, chosen[side] === 0 ? 1 : 0)}
        onKeyDown={step}
      />
    );
  };
  const width = (side: Side) => WIDTHS[side][chosen[side]] ?? 0;
  return (
    <div className="panes" style={{ gridTemplateColumns: `${width("left")}px 9px minmax(0, 1fr) 9px ${width("right")}px` }}>
      <div className="pane" hidden={width("left") === 0}>
        {left}
      </div>
      {edge("left")}
      <div className="pane centre">{children}</div>
      {edge("right")}
      <div className="pane assist" hidden={width("right") === 0}>
        {right}
      </div>
    </div>
  );
}
