// What is due in the next hours, drawn on a line of time for each unit; the same as a table. Loaded when asked for: the chart library is large.
import { Button } from "antd";
import { ScatterChart } from "echarts/charts";
import { MarkLineComponent } from "echarts/components";
import { ScatterJitter } from "echarts/features";
import { Table2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { Choose, Table } from "@kit";
import { Chart, register, words } from "@kit/chart";
import { useNowEvery } from "@lib/clock";
import { useUnits } from "@lib/directory";
import { clock, day } from "@lib/format";
import { token } from "@lib/theme";
import type { OrderLine } from "./api";
import { placed, WINDOWS, type Window } from "./map";
import { NextDue, StateMark, useTopic, when } from "./marks";
import type { Nearness } from "./promise";

register([ScatterChart, MarkLineComponent, ScatterJitter]);

// Told apart by shape as well as by colour.
const LOOKS: Record<Nearness, { color: string; symbol: string }> = {
  calm: { color: "ready", symbol: "circle" },
  yellow: { color: "wrap", symbol: "triangle" },
  orange: { color: "rest", symbol: "diamond" },
  overdue: { color: "busy", symbol: "rect" },
};

export default function DeadlineMap({ orders, cut }: { orders: OrderLine[]; cut: boolean }) {
  const { t } = useTranslation("work_orders");
  const navigate = useNavigate();
  const units = useUnits();
  const topic = useTopic();
  const now = useNowEvery(30);
  const [hours, setHours] = useState<Window>("8");
  const [asTable, setAsTable] = useState(false);
  const map = placed(orders, Number(hours), now);
  const rowNames = map.rows.map((unit) => units.name(unit) ?? t("no_unit"));
  const height = Math.max(220, 90 + map.rows.length * 46);

  const open = (number?: string) => number && void navigate(`/work_orders/${number}`);
  const draw = () => {
    const text = words(13);
    const line = { lineStyle: { color: token("line-strong") } };
    return {
      textStyle: text,
      grid: { left: 16, right: 24, top: 40, bottom: 34, containLabel: true },
      tooltip: { backgroundColor: token("surface"), borderColor: token("line-strong"), textStyle: { ...text, color: token("ink") }, formatter: ({ data }: { data: { said: string } }) => data.said },
      xAxis: {
        type: "time",
        position: "top",
        min: map.from,
        max: map.until,
        axisLine: line,
        axisLabel: { ...text, hideOverlap: true, formatter: (at: number) => (day(at) === day(now) ? clock(at, false) : `${day(at).slice(5)}\n${clock(at, false)}`) },
        splitLine: { show: true, lineStyle: { color: token("line") } },
      },
      // Those due at the same minute stand beside each other.
      yAxis: { type: "category", inverse: true, jitter: 30, jitterOverlap: false, data: rowNames, axisLine: line, axisLabel: { ...text, width: 150, overflow: "truncate" }, splitLine: { show: true, lineStyle: { color: token("line") } } },
      series: [
        {
          type: "scatter",
          symbolSize: (_: unknown, { data }: { data: { big: boolean } }) => (data.big ? 20 : 14),
          data: map.points.map((point) => ({
            value: [point.at, point.row],
            number: point.order.number,
            big: point.order.important,
            symbol: LOOKS[point.nearness].symbol,
            itemStyle: { color: token(LOOKS[point.nearness].color), borderColor: token("surface"), borderWidth: 1 },
            said: [point.order.number, topic(point.order), point.order.due_step ? t(`step.${point.order.due_step}` as "step.arrive") : "", when(point.order.due ?? "", now)].filter(Boolean).join("<br>"),
          })),
          markLine: { silent: true, symbol: "none", label: { formatter: t("map.now"), color: token("ink"), fontSize: 13 }, lineStyle: { color: token("ink"), width: 2, type: "solid" }, data: [{ xAxis: now }] },
        },
      ],
    };
  };

  return (
    <>
      <div className="map-head">
        <Choose small label={t("map.hours")} value={hours} onChoose={setHours} items={WINDOWS.map((key) => ({ key, label: t("map.next", { hours: key }) }))} />
        <span className="muted">{t("map.legend", { overdue: map.overdue, later: map.later })}</span>
        <span className="grow" />
        {cut && <span className="muted">{t("cut", { count: orders.length })}</span>}
        <Button size="small" icon={<Table2 size={15} aria-hidden />} onClick={() => setAsTable(!asTable)}>
          {asTable ? t("map.chart") : t("map.table")}
        </Button>
      </div>
      {asTable ? (
        <Table
          label={t("shown.map")}
          rows={map.points.map((point) => point.order)}
          rowKey={(order) => order.id}
          to={(order) => `/work_orders/${order.number}`}
          empty={<p className="muted board-cut">{t("map.none")}</p>}
          columns={[
            { key: "due", title: t("column.due"), width: 230, cell: (order) => <NextDue order={order} now={now} /> },
            { key: "number", title: t("column.number"), cell: (order) => <Link to={`/work_orders/${order.number}`}>{order.number}</Link> },
            { key: "topic", title: t("column.topic"), cell: (order) => topic(order) },
            { key: "state", title: t("column.state"), cell: (order) => <StateMark state={order.state} /> },
            { key: "unit", title: t("column.unit"), cell: (order) => units.name(order.unit) ?? t("no_unit") },
          ]}
        />
      ) : (
        <Chart label={t("map.says", { count: map.points.length, overdue: map.overdue })} draw={draw} height={height} onClick={(data) => open((data as { number?: string } | undefined)?.number)} />
      )}
    </>
  );
}
