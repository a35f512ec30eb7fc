// How many cases, and how many of them were substantiated, as bars. Loaded when asked for: the chart library is large.
import { BarChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use as register, type EChartsType } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import { token, useTheme } from "@lib/theme";
import type { FiguresLine } from "./api";

register([BarChart, GridComponent, LegendComponent, TooltipComponent, AriaComponent, CanvasRenderer]);

export default function FiguresChart({ rows, label, title, words }: { rows: FiguresLine[]; label: (row: FiguresLine) => string; title: string; words: { substantiated: string; others: string } }) {
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
        legend: { top: 0, left: 0, textStyle: text },
        grid: { left: 16, right: 40, top: 36, bottom: 12, containLabel: true },
        xAxis: { type: "value", minInterval: 1, axisLabel: text, splitLine: { lineStyle: { color: token("line") } } },
        yAxis: { type: "category", inverse: true, data: rows.map(label), axisLabel: { ...text, width: 160, overflow: "truncate" }, axisLine: { lineStyle: { color: token("line-strong") } }, axisTick: { show: false } },
        series: [
          { name: words.substantiated, type: "bar", stack: "cases", barMaxWidth: 22, itemStyle: { color: token("busy") }, data: rows.map((row) => row.substantiated) },
          { name: words.others, type: "bar", stack: "cases", barMaxWidth: 22, itemStyle: { color: token("accent") }, data: rows.map((row) => row.cases - row.substantiated), label: { show: true, position: "right", color: token("ink"), fontSize: 14, formatter: ({ dataIndex }: { dataIndex: number }) => String(rows[dataIndex]?.cases ?? "") } },
        ],
      },
      { notMerge: true },
    );
  }, [rows, label, title, words, theme]);
  return <div ref={element} role="img" aria-label={title} style={{ height: Math.max(180, 70 + rows.length * 40) }} />;
}
