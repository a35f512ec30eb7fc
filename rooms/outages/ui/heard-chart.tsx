// Callers who were told of an outage, over time, by what they did then. Loaded when asked for: the chart library is large.
import { BarChart } from "echarts/charts";
import { LegendComponent } from "echarts/components";
import { useTranslation } from "react-i18next";
import { Chart, register, words } from "@kit/chart";
import { moment } from "@lib/format";
import { token } from "@lib/theme";
import type { Course } from "./api";
import { stretches } from "./stretches";

register([BarChart, LegendComponent]);

const PARTS = [
  ["hung_up", "ready"],
  ["to_be_told", "accent"],
  ["asked_person", "busy"],
] as const;

export default function HeardChart({ course }: { course: Course }) {
  const { t } = useTranslation("outages");
  const all = stretches(course);
  return (
    <Chart
      live
      height={260}
      label={t("heard.chart")}
      draw={() => ({
        legend: { top: 0, left: 0, textStyle: words() },
        tooltip: { trigger: "axis" },
        grid: { left: 8, right: 16, top: 40, bottom: 8, containLabel: true },
        xAxis: { type: "category", data: all.map(({ at }) => moment(at, false)), axisLabel: words(), axisTick: { show: false }, axisLine: { lineStyle: { color: token("line-strong") } } },
        yAxis: { type: "value", minInterval: 1, axisLabel: words(), splitLine: { lineStyle: { color: token("line") } } },
        series: PARTS.map(([part, tone]) => ({ name: t(`heard.${part}`), type: "bar", stack: "callers", barMaxWidth: 28, itemStyle: { color: token(tone) }, data: all.map((one) => one[part]) })),
      })}
    />
  );
}
