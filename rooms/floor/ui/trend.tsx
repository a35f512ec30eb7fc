// The last hour as a chart, with its figures behind it. Loaded when asked for: the chart library is large.
import { Button } from "antd";
import { LineChart } from "echarts/charts";
import { LegendComponent } from "echarts/components";
import { LayoutGrid, Table2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Panel, Table } from "@kit";
import { Chart, register, words } from "@kit/chart";
import { clock } from "@lib/format";
import { token } from "@lib/theme";
import type { Floor } from "./api";

register([LineChart, LegendComponent]);
type Minute = Floor["history"][number];

export default function Trend({ history, onBack }: { history: Minute[]; onBack: () => void }) {
  const { t } = useTranslation("floor");
  const [asTable, setAsTable] = useState(false);

  const draw = () => {
    const text = words();
    const line = (name: string, values: number[], color: string, dash: "solid" | "dashed" | "dotted") => ({
      name,
      type: "line" as const,
      data: values,
      showSymbol: false,
      lineStyle: { color, width: 2.5, type: dash },
      itemStyle: { color },
    });
    return {
      grid: { left: 44, right: 20, top: 48, bottom: 34 },
      legend: { top: 6, textStyle: text, itemWidth: 30 },
      tooltip: { trigger: "axis", backgroundColor: token("surface"), borderColor: token("line-strong"), textStyle: { ...text, color: token("ink") } },
      xAxis: { type: "category", data: history.map((m) => clock(m.at, false)), axisLabel: { ...text, fontSize: 13 }, axisLine: { lineStyle: { color: token("line-strong") } } },
      yAxis: { type: "value", minInterval: 1, axisLabel: { ...text, fontSize: 13 }, splitLine: { lineStyle: { color: token("line") } } },
      // Three lines told apart by dash as well as by colour.
      series: [
        line(t("trend.requests"), history.map((m) => m.requests), token("call"), "solid"),
        line(t("trend.waiting"), history.map((m) => m.waiting), token("wrap"), "dashed"),
        line(t("trend.abandoned"), history.map((m) => m.abandoned), token("busy"), "dotted"),
      ],
    };
  };

  return (
    <Panel
      title={t("trend.title")}
      flush
      extra={
        <>
          <Button onClick={() => setAsTable(!asTable)} icon={<Table2 size={16} aria-hidden />}>
            {asTable ? t("trend.chart") : t("trend.table")}
          </Button>
          <Button onClick={onBack} icon={<LayoutGrid size={16} aria-hidden />}>
            {t("trend.back")}
          </Button>
        </>
      }
    >
      {asTable ? (
        <Table
          label={t("trend.title")}
          rows={[...history].reverse()}
          rowKey={(minute) => minute.at}
          empty={null}
          columns={[
            { key: "at", title: t("trend.minute"), cell: (m) => clock(m.at, false) },
            { key: "requests", title: t("trend.requests"), num: true, cell: (m) => m.requests },
            { key: "waiting", title: t("trend.waiting"), num: true, cell: (m) => m.waiting },
            { key: "abandoned", title: t("trend.abandoned"), num: true, cell: (m) => m.abandoned },
          ]}
        />
      ) : (
        <Chart label={t("trend.title")} draw={draw} live className="trend" />
      )}
    </Panel>
  );
}
