// Signals by the minute: those who say that supply is off, those who called, those who had something else. Loaded when asked for.
import { BarChart } from "echarts/charts";
import { LegendComponent } from "echarts/components";
import { useTranslation } from "react-i18next";
import { Chart, register, words } from "@kit/chart";
import { useNowEvery } from "@lib/clock";
import { clock } from "@lib/format";
import { token } from "@lib/theme";
import type { Mark, Says } from "./api";
import { minutes } from "./shape";

register([BarChart, LegendComponent]);
const ROWS: [Says, string][] = [["no_supply", "busy"], ["nothing", "wrap"], ["other", "offline"]];

export default function SignalsChart({ marks, live }: { marks: Mark[]; live: boolean }) {
  const { t } = useTranslation("clusters");
  const now = useNowEvery(20);
  const last = Math.max(0, ...marks.map((mark) => Date.parse(mark.at)));
  const { at, counts } = minutes(marks, live ? now : last);
  return (
    <Chart
      live
      height={180}
      label={t("chart.label", { count: marks.length })}
      draw={() => ({
        legend: { top: 0, left: 0, textStyle: words() },
        tooltip: { trigger: "axis" },
        grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
        xAxis: { type: "category", data: at.map((one) => clock(one, false)), axisLabel: words(), axisTick: { show: false }, axisLine: { lineStyle: { color: token("line-strong") } } },
        yAxis: { type: "value", minInterval: 1, axisLabel: words(), splitLine: { lineStyle: { color: token("line") } } },
        series: ROWS.map(([says, tone]) => ({ name: t(`says.${says}`), type: "bar", stack: "signals", barMaxWidth: 24, itemStyle: { color: token(tone) }, data: counts[says] })),
      })}
    />
  );
}
