// The share of promises kept, as bars. Loaded when asked for: the chart library is large.
import { BarChart } from "echarts/charts";
import { AriaComponent, GridComponent, TooltipComponent } from "echarts/components";
import { init, use as register, type EChartsType } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import { percent } from "@lib/format";
import { token, useTheme } from "@lib/theme";
import type { Kept } from "./figures";

register([BarChart, GridComponent, TooltipComponent, AriaComponent, CanvasRenderer]);

export default function KeptChart({ rows, label, title }: { rows: Kept[]; label: (row: Kept) => string; title: string }) {
  const theme = useTheme();
  const element = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  useEffect(() => {
    if (!element.current) return;
    const made = init(element.current);
    chart.current = made;
    const sizes = new ResizeObserver(() => made.resize());
    sizes.observe(element.current);
    return () => {
      sizes.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);
  useEffect(() => {
    const text = { color: token("ink-2"), fontSize: 14, fontFamily: token("font") };
    chart.current?.resize();
    chart.current?.setOption(
      {
        animation: false,
        aria: { enabled: true, label: { description: title } },
        textStyle: text,
        grid: { left: 16, right: 130, top: 12, bottom: 12, containLabel: true },
        xAxis: { type: "value", min: 0, max: 100, axisLabel: { ...text, formatter: "{value}%" }, splitLine: { lineStyle: { color: token("line") } } },
        yAxis: { type: "category", inverse: true, data: rows.map(label), axisLabel: { ...text, width: 190, overflow: "truncate" }, axisLine: { lineStyle: { color: token("line-strong") } }, axisTick: { show: false } },
        series: [
          {
            type: "bar",
            barMaxWidth: 22,
            data: rows.map((row) => ({ value: (row.rate ?? 0) * 100, itemStyle: { color: token(row.rate !== null && row.rate < 0.9 ? "busy" : "accent") } })),
            label: { show: true, position: "right", color: token("ink"), fontSize: 14, formatter: ({ dataIndex }: { dataIndex: number }) => { const row = rows[dataIndex]; return row && row.rate !== null ? `${percent(row.rate)}%  ${row.kept}/${row.kept + row.broken + row.overdue}` : "—"; } },
          },
        ],
      },
      { notMerge: true },
    );
  }, [rows, label, title, theme]);
  return <div ref={element} role="img" aria-label={title} style={{ height: Math.max(160, 60 + rows.length * 40) }} />;
}
