// The last two hours: arrivals against what is usual, who waited, and the share of those who served themselves. Loaded when asked
// for: the chart library is large.
import { BarChart, LineChart } from "echarts/charts";
import { LegendComponent } from "echarts/components";
import { useState } from "react";
import { Button } from "antd";
import { Table2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Panel, Table } from "@kit";
import { Chart, register, words } from "@kit/chart";
import { clock, count } from "@lib/format";
import { token } from "@lib/theme";
import type { Bar } from "./api";
import { share as shown } from "./share";

register([BarChart, LineChart, LegendComponent]);

const share = (bar: Bar) => (bar.arrived > 0 ? bar.self_served / bar.arrived : null);

export default function Charts({ bars }: { bars: Bar[] }) {
  const { t } = useTranslation("storms");
  const [asTable, setAsTable] = useState(false);
  const draw = () => {
    const text = words(13);
    const axis = { type: "category", data: bars.map((bar) => clock(bar.at, false)), axisLabel: text, axisTick: { show: false }, axisLine: { lineStyle: { color: token("line-strong") } } };
    const split = { splitLine: { lineStyle: { color: token("line") } } };
    return {
      legend: { top: 0, left: 0, textStyle: text },
      tooltip: { trigger: "axis" },
      grid: { left: 8, right: 8, top: 40, bottom: 8, containLabel: true },
      xAxis: axis,
      yAxis: [
        { type: "value", minInterval: 1, axisLabel: text, ...split },
        { type: "value", min: 0, max: 100, axisLabel: { ...text, formatter: "{value}%" }, splitLine: { show: false } },
      ],
      series: [
        { name: t("chart.arrived"), type: "bar", barMaxWidth: 22, itemStyle: { color: token("call") }, data: bars.map((bar) => bar.arrived) },
        // Told apart by dash as well as by colour.
        { name: t("chart.normal"), type: "line", step: "middle", showSymbol: false, lineStyle: { type: "dashed", color: token("ink-2"), width: 2 }, itemStyle: { color: token("ink-2") }, data: bars.map((bar) => bar.normal) },
        { name: t("chart.waiting"), type: "line", showSymbol: false, lineStyle: { color: token("busy"), width: 2.5 }, itemStyle: { color: token("busy") }, data: bars.map((bar) => bar.waiting) },
        { name: t("chart.self_served"), type: "line", yAxisIndex: 1, showSymbol: false, connectNulls: true, lineStyle: { type: "dotted", color: token("ready"), width: 2.5 }, itemStyle: { color: token("ready") }, data: bars.map((bar) => { const of = share(bar); return of === null ? null : Math.round(of * 100); }) },
      ],
    };
  };
  return (
    <Panel
      title={t("chart.title")}
      extra={<Button icon={<Table2 size={16} aria-hidden />} onClick={() => setAsTable(!asTable)}>{t(asTable ? "chart.as_chart" : "chart.as_table")}</Button>}
    >
      {asTable ? (
        <Table
          label={t("chart.title")}
          rows={[...bars].reverse()}
          rowKey={(bar) => bar.at}
          empty={null}
          columns={[
            { key: "at", title: t("chart.at"), cell: (bar) => clock(bar.at, false) },
            { key: "arrived", title: t("chart.arrived"), num: true, cell: (bar) => count(bar.arrived) },
            { key: "normal", title: t("chart.normal"), num: true, cell: (bar) => count(bar.normal) },
            { key: "waiting", title: t("chart.waiting"), num: true, cell: (bar) => count(bar.waiting) },
            { key: "share", title: t("chart.self_served"), num: true, cell: (bar) => shown(share(bar), 0) },
          ]}
        />
      ) : (
        <Chart label={t("chart.title")} draw={draw} live height={260} />
      )}
    </Panel>
  );
}
