// What callers heard of outages and what they did then: asked for an agent all the same, wanted to be told, or hung up served.
import dayjs from "dayjs";
import { Ear } from "lucide-react";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type Column, Empty, Page, Panel, Short, Skeletons, Table, Tile, Trouble } from "@kit";
import { Filters, TimeFilter } from "@kit/filters";
import { serverNow } from "@lib/clock";
import { count } from "@lib/format";
import { useUrlState } from "@lib/url";
import { useCourse, useHeard, useOutage, type Course, type Heard } from "./api";
import { Tabs } from "./marks";
import { per100, selfServed } from "./stretches";

const HeardChart = lazy(() => import("./heard-chart"));

const share = (of: number, all: number) => (all > 0 ? `${((100 * of) / all).toFixed(1)}%` : "—");
const figure = (value: number | null, unit = "") => (value === null ? "—" : `${value.toFixed(1)}${unit}`);

function Name({ id }: { id: string }) {
  const found = useOutage(id).data;
  return <Link to={`/outages/heard?outage=${id}`}>{found ? `${found.plan.area.text}（${found.number}）` : id}</Link>;
}

/** Before and after callers were told for the first time, in stretches of the same length (S2). */
function BeforeAfter({ around, affected }: { around: NonNullable<Course["around"]>; affected: number }) {
  const { t } = useTranslation("outages");
  const minutes = Math.round(around.seconds / 60);
  const { before, after } = around;
  return (
    <>
      <Tile title={t("heard.requests")} value={figure(per100(after, affected))} note={t("heard.before", { value: figure(per100(before, affected)) })} foot={t("heard.around", { minutes, count: affected })} />
      <Tile title={t("heard.served")} value={figure(selfServed(after), "%")} note={t("heard.before", { value: figure(selfServed(before), "%") })} foot={t("heard.calls", { before: count(before.calls), after: count(after.calls) })} />
    </>
  );
}

function OneOutage({ id, from, to }: { id: string; from: string | null; to: string | null }) {
  const { t } = useTranslation("outages");
  const outage = useOutage(id).data;
  const course = useCourse(id, from, to, true);
  if (course.isError && !course.data) return <Trouble error={course.error} retry={() => void course.refetch()} />;
  const data = course.data;
  const sum = (part: "callers" | "asked_person" | "to_be_told" | "hung_up") => data?.points.reduce((all, point) => all + point[part], 0) ?? 0;
  return (
    <Panel title={outage ? `${outage.plan.area.text}（${outage.number}）` : t("heard.title")} extra={<Link to={`/outages/${id}`}>{t("heard.to_outage")}</Link>}>
      <div className="stack">
        <div className="tiles">
          <Tile title={t("heard.callers")} value={data ? count(sum("callers")) : "—"} note={data?.around ? <>{t("heard.since")} <Short at={data.around.first} /></> : t("heard.nobody")} />
          <Tile title={t("heard.asked_person")} value={data ? share(sum("asked_person"), sum("callers")) : "—"} note={t("heard.people", { count: sum("asked_person") })} foot={t("heard.told_and_left", { told: count(sum("to_be_told")), left: count(sum("hung_up")) })} />
          {data?.around && outage && <BeforeAfter around={data.around} affected={outage.counts.all} />}
        </div>
        {!data ? (
          <Skeletons lines={6} />
        ) : data.points.length === 0 ? (
          <Empty icon={Ear} title={t("heard.none")}>{t("heard.none_todo")}</Empty>
        ) : (
          <Suspense fallback={<Skeletons lines={6} />}>
            <HeardChart course={data} />
          </Suspense>
        )}
      </div>
    </Panel>
  );
}

function All({ from, to }: { from: string; to: string }) {
  const { t } = useTranslation("outages");
  const heard = useHeard(from, to, true);
  if (heard.isError && !heard.data) return <Trouble error={heard.error} retry={() => void heard.refetch()} />;
  const columns: Column<Heard>[] = [
    { key: "subject", title: t("heard.outage"), cell: (one) => <Name id={one.subject} /> },
    { key: "callers", title: t("heard.callers"), num: true, cell: (one) => count(one.callers) },
    { key: "own", title: t("heard.own"), num: true, cell: (one) => count(one.own) },
    { key: "whole", title: t("heard.whole"), num: true, cell: (one) => share(one.whole, one.callers) },
    { key: "told", title: t("heard.to_be_told"), num: true, cell: (one) => count(one.to_be_told) },
    { key: "asked", title: t("heard.asked_person"), num: true, cell: (one) => `${count(one.asked_person)}（${share(one.asked_person, one.callers)}）` },
  ];
  return (
    <Panel flush title={t("heard.by_outage")}>
      <Table label={t("heard.by_outage")} columns={columns} rows={heard.data?.slice(0, 50)} rowKey={(one) => one.subject} empty={<Empty icon={Ear} title={t("heard.none")}>{t("heard.none_todo")}</Empty>} />
    </Panel>
  );
}

export default function HeardPage() {
  const { t } = useTranslation("outages");
  const [url, change] = useUrlState(["outage", "from", "to"] as const);
  const today = dayjs(serverNow()).startOf("day");
  return (
    <Page title={t("heard.title")} lead={t("heard.lead")}>
      <Tabs />
      <Filters label={t("figures.period")} active={Boolean(url.outage ?? url.from ?? url.to)} onClear={() => change({ outage: null, from: null, to: null })}>
        <TimeFilter label={t("figures.period")} from={url.from} to={url.to} onChange={(from, to) => change({ from, to })} />
      </Filters>
      {url.outage && <OneOutage key={url.outage} id={url.outage} from={url.from ?? null} to={url.to ?? null} />}
      <All from={url.from ?? today.subtract(6, "day").toISOString()} to={url.to ?? today.add(1, "day").toISOString()} />
    </Page>
  );
}
