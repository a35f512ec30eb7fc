// A chart, with what all of ours have in common: our letters and colours, words for those who do not see it, the size of its place.
// Only pages that are loaded when asked for import it: the library is large.
import { AriaComponent, GridComponent, TooltipComponent } from "echarts/components";
import { init, use as register, type EChartsCoreOption, type EChartsType } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import { token, useTheme } from "@lib/theme";

register([GridComponent, TooltipComponent, AriaComponent, CanvasRenderer]);
/** What a chart needs beside a grid and a tooltip. */
export { use as register } from "echarts/core";

/** How words on a chart look. */
export const words = (fontSize = 14) => ({ color: token("ink-2"), fontSize, fontFamily: token("font") });

interface ChartProps {
  /** What it shows, for those who do not see it. */
  label: string;
  /** Asked when it is drawn, so that colours are those of the theme. */
  draw: () => EChartsCoreOption;
  /** Grows by the second: what somebody points at stays. */
  live?: boolean;
  /** With the data of what was clicked. */
  onClick?: (data: unknown) => void;
  className?: string;
  height?: number;
}

export function Chart({ label, draw, live = false, onClick, className, height }: ChartProps) {
  useTheme();
  const element = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const click = useRef(onClick);
  useEffect(() => {
    click.current = onClick;
  });
  useEffect(() => {
    if (!element.current) return;
    const made = init(element.current);
    chart.current = made;
    const sizes = new ResizeObserver(() => made.resize());
    sizes.observe(element.current);
    made.on("click", (event) => click.current?.(event.data));
    return () => {
      sizes.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);
  useEffect(() => {
    chart.current?.resize();
    chart.current?.setOption({ animation: false, aria: { enabled: true, label: { description: label } }, textStyle: words(), ...draw() }, { notMerge: !live });
  });
  return <div ref={element} role="img" aria-label={label} className={className} style={height === undefined ? undefined : { height }} />;
}
