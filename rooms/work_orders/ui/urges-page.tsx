// Urges for leaders: every open order that was urged, how often, what was said last, whether the unit has answered, and what is promised.
import { BellRing, CircleCheckBig, Hourglass } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Mark, Nothing, Page, Short, type Column } from "@kit";
import { DirectoryFilter, Filters } from "@kit/filters";
import { Listed } from "@kit/listed";
import { useNowEvery } from "@lib/clock";
import { useAgents, useUnits } from "@lib/directory";
import { useUrlState } from "@lib/url";
import { useUrged, type UrgedLine } from "./api";
import { NextDue, StateMark, useTopic } from "./marks";

export default function UrgesPage() {
  const { t } = useTranslation("work_orders");
  const [url, change] = useUrlState(["unit", "after"] as const);
  const units = useUnits();
  const agents = useAgents();
  const topic = useTopic();
  const clock = useNowEvery(10);
  const found = useUrged({ unit: url.unit, after: url.after });
  const clear = () => change({ unit: null, after: null });
  const columns: Column<UrgedLine>[] = [
    { key: "number", title: t("column.number"), cell: (order) => <Link to={`/work_orders/${order.number}`} className="nowrap strong">{order.number}</Link> },
    { key: "times", title: t("urges.times"), cell: (order) => <Mark tone={order.urges > 1 ? "busy" : "rest"} icon={BellRing}>{t("urged_times", { count: order.urges })}</Mark> },
    {
      key: "last",
      title: t("urges.last"),
      cell: (order) => (
        <span className="order-topic wide">
          <span className="row tight wrap">
            <span className="muted nowrap">{t(`urged_by.${order.last.by}`)} <Short at={order.last.at} /> {agents.name(order.last.who)}</span>
          </span>
          <span className="clip">{order.last.words}</span>
          {order.last.promise && <span className="soft clip">{t("urge_promised", { promise: order.last.promise })}</span>}
        </span>
      ),
    },
    {
      key: "answer",
      title: t("urges.answer"),
      cell: (order) =>
        order.unanswered > 0 ? (
          <Mark tone="wrap" icon={Hourglass}>{t("urges.unanswered", { count: order.unanswered })}</Mark>
        ) : (
          <span className="order-topic">
            <Mark tone="ready" icon={CircleCheckBig}>{t("answered")}</Mark>
            <span className="soft clip">{order.last.answer}</span>
          </span>
        ),
    },
    { key: "due", title: t("column.due"), width: 210, cell: (order) => <NextDue order={order} now={clock} /> },
    { key: "topic", title: t("column.topic"), cell: (order) => <span className="order-topic"><b>{topic(order)}</b> <StateMark state={order.state} /></span> },
    {
      key: "unit",
      title: t("column.unit"),
      cell: (order) => (
        <span className="order-topic">
          <span>{units.name(order.unit) ?? <span className="muted">{t("no_unit")}</span>}</span>
          {order.handler && <span className="muted nowrap">{agents.name(order.handler)}</span>}
        </span>
      ),
    },
  ];
  const empty = <Nothing filtered={url.unit !== undefined} found={[t("none_found"), t("none_found_todo")]} onAll={clear} icon={CircleCheckBig} none={[t("none.urged"), t("urges.none_todo")]} />;
  return (
    <Page title={t("urges.title")} lead={t("urges.lead")}>
      <Filters label={t("filters")} active={url.unit !== undefined} onClear={clear}>
        <DirectoryFilter id="unit" label={t("column.unit")} width={170} directory={{ all: units.all.map(({ id, name }) => ({ id, name })), name: units.name }} value={url.unit} onChange={(unit) => change({ unit, after: null })} />
      </Filters>
      <Listed
        label={t("urges.title")}
        columns={columns}
        of={found}
        cursor="after"
        words="list"
        rowKey={(order) => order.id}
        to={(order) => `/work_orders/${order.number}`}
        expect={8}
        empty={empty}
      />
    </Page>
  );
}
