// The share of promises kept, as bars. Loaded when asked for: the chart library is large.
import { BarChart } from "echarts/charts";
import { Chart, register, words } from "@kit/chart";
import { percent } from "@lib/format";
import { token } from "@lib/theme";
import type { Kept } from "./figures";

register([BarChart]);

export default function KeptChart({ rows, label, title }: { rows: Kept[]; label: (row: Kept) => string; title: string }) {
  const draw = () => {
    const text = words();
    return {
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
    };
  };
  return <Chart label={title} draw={draw} height={Math.max(160, 60 + rows.length * 40)} />;
}
