// What the attempts of a campaign came to over time. Loaded when asked for: the chart library is large.
import { BarChart } from "echarts/charts";
import { LegendComponent } from "echarts/components";
import { useTranslation } from "react-i18next";
import { Chart, register, words } from "@kit/chart";
import { moment } from "@lib/format";
import { token } from "@lib/theme";
import { OUTCOMES, type Bar } from "./api";
import { stacks } from "./stacks";
import { OUTCOME_LOOKS } from "./marks";

register([BarChart, LegendComponent]);

export default function ProgressChart({ bars }: { bars: Bar[] }) {
  const { t } = useTranslation("campaigns");
  const { at, rows } = stacks(bars, OUTCOMES);
  return (
    <Chart
      live
      height={240}
      label={t("chart.label")}
      draw={() => ({
        legend: { top: 0, left: 0, textStyle: words() },
        tooltip: { trigger: "axis" },
        grid: { left: 8, right: 16, top: 40, bottom: 8, containLabel: true },
        xAxis: { type: "category", data: at.map((one) => moment(one, false)), axisLabel: words(), axisTick: { show: false }, axisLine: { lineStyle: { color: token("line-strong") } } },
        yAxis: { type: "value", minInterval: 1, axisLabel: words(), splitLine: { lineStyle: { color: token("line") } } },
        series: rows.map(({ outcome, counts }) => ({ name: t(`outcome.${outcome}`), type: "bar", stack: "attempts", barMaxWidth: 28, itemStyle: { color: token(OUTCOME_LOOKS[outcome][0]) }, data: counts })),
      })}
    />
  );
}
