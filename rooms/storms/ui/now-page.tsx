// The leader's page: the switch, how it stands from affected to restored, the last two hours, who is away, which outages.
import { CalendarClock, CircleCheckBig, CloudLightning, CloudSun, Hourglass } from "lucide-react";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type Column, Empty, Mark, Notice, Page, Panel, Skeletons, Table, Tile, Timer, Trouble, useDeskWords } from "@kit";
import { clock, count, duration, moment, percent } from "@lib/format";
import { useMay } from "@lib/session";
import { SIGNS, useNow, usePage, WAYS, type PageView, type Sign, type Storm } from "./api";
import { SWITCH } from "./permissions";
import { share } from "./share";
import { Switch } from "./switch";
import { Tabs } from "./tabs";
import { useWho, useWhy } from "./why";
import "./storms.css";

const Charts = lazy(() => import("./charts"));

function Standing({ storm, page }: { storm: Storm | null; page: PageView }) {
  const { t } = useTranslation("storms");
  const why = useWhy();
  const who = useWho();
  if (!storm) {
    const signs = page.signs.map((sign) => t(`sign.${sign}`)).join(t("comma"));
    if (page.proposed) return <Notice tone="busy" icon={CloudLightning} title={t("standing.proposed", { signs })}>{t("standing.proposed_todo")}</Notice>;
    if (!page.armed) return <Notice tone="wrap" icon={CloudSun} title={t("standing.disarmed")}>{t("standing.disarmed_todo")}</Notice>;
    return (
      <Notice tone={signs ? "wrap" : "ready"} icon={CloudSun} title={signs ? t("standing.some", { signs }) : t("standing.off")}>
        {t("standing.off_todo", { signs: page.thresholds.signs, seconds: page.thresholds.hold_s })}
      </Notice>
    );
  }
  const late = Date.parse(storm.until) < Date.parse(page.at);
  return (
    <>
      <Notice tone="busy" icon={CloudLightning} title={t("standing.on", { at: moment(storm.began_at, false), why: why.began(storm) })}>
        {t("standing.on_by", { who: who(storm.began_by), until: moment(storm.until, false) })} <Timer since={storm.began_at} label={t("standing.lasts")} />
      </Notice>
      {late && !storm.calm_since && <Notice tone="wrap" icon={Hourglass} title={t("standing.late", { until: moment(storm.until, false) })} />}
      {storm.calm_since && (
        <Notice tone="ready" icon={CircleCheckBig} title={t("standing.calm", { at: clock(storm.calm_since, false) })}>
          {t("standing.calm_todo")}
        </Notice>
      )}
    </>
  );
}

/** What is looked at, as it is now and from where it counts. */
function signText(sign: Sign, page: PageView): [string, string] {
  const { seen, thresholds } = page;
  switch (sign) {
    case "arrivals":
      return [count(seen.arrived), count(Math.max(thresholds.arrivals_least, Math.floor((seen.normal * thresholds.arrivals_percent) / 100)))];
    case "waiting":
      return [count(seen.waiting), count(thresholds.waiting)];
    case "lines":
      return [`${seen.lines_percent}%`, `${thresholds.lines_percent}%`];
    case "abandoned":
      return [share(seen.asked > 0 ? seen.abandoned / seen.asked : null, 0), `${thresholds.abandoned_percent}%`];
  }
}

function Signs({ page }: { page: PageView }) {
  const { t } = useTranslation("storms");
  return (
    <div className="storm-signs">
      {SIGNS.map((sign) => {
        const [now, from] = signText(sign, page);
        const holds = page.signs.includes(sign);
        return (
          <Mark key={sign} chip tone={holds ? "busy" : "offline"} icon={holds ? CloudLightning : CircleCheckBig}>
            {t("signs.one", { sign: t(`sign.${sign}`), now, from })}
          </Mark>
        );
      })}
    </div>
  );
}

/** From who is affected to who has it back; below, what the hall does about it. */
function Tiles({ page }: { page: PageView }) {
  const { t } = useTranslation("storms");
  const { today } = page;
  const load = page.storm?.load ?? today;
  const ways = WAYS.filter((way) => page.told_by[way]).map((way) => t(`told.${way}`, { many: count(page.told_by[way]) }));
  return (
    <>
      <div className="storm-tiles">
        <Tile title={t("tile.affected")} value={count(page.affected)} unit={t("unit.homes")} note={t("tile.affected_note", { count: page.outages_all })} />
        <Tile title={t("tile.called")} value={count(today.offered)} unit={t("unit.calls")} note={t("tile.called_note", { heard: count(today.heard), went: count(today.heard_and_went) })} foot={t("tile.today")} />
        <Tile title={t("tile.told")} value={count(page.told)} unit={t("unit.homes")} note={page.affected > 0 ? t("tile.told_note", { share: share(page.told / page.affected, 0) }) : t("tile.told_none")} foot={ways.join(t("comma"))} />
        <Tile title={t("tile.waiting")} value={count(page.waiting)} unit={t("unit.people")} {...(page.signs.includes("waiting") ? { tone: "busy" as const } : {})} note={t("tile.waiting_note", { longest: duration(page.longest_s * 1000) })} foot={t("tile.promised", { count: page.promised })} />
        <Tile title={t("tile.restored")} value={count(page.restored)} unit={t("unit.outages")} note={t("tile.restored_note")} />
      </div>
      <div className="storm-tiles" data-row="hall">
        <Tile title={t("tile.answered")} value={percent(page.storm?.answer_rate)} unit={page.storm?.answer_rate == null ? undefined : "%"} note={t("tile.answered_note", { answered: count(load.answered), abandoned: count(load.abandoned) })} foot={t(page.storm ? "tile.storm" : "tile.off")} />
        <Tile title={t("tile.held")} value={count(load.held_back)} unit={t("unit.calls")} note={t("tile.held_note", { anyway: count(load.waited_anyway) })} foot={t(page.storm ? "tile.storm" : "tile.today")} />
        <Tile title={t("tile.owed")} value={count(load.callbacks - load.callbacks_kept)} unit={t("unit.calls")} note={t("tile.owed_note", { all: count(load.callbacks) })} foot={t(page.storm ? "tile.storm" : "tile.today")} />
      </div>
    </>
  );
}

function Away({ page }: { page: PageView }) {
  const { t } = useTranslation("storms");
  const words = useDeskWords();
  type Row = PageView["away"][number];
  const columns: Column<Row>[] = [
    { key: "who", title: t("away.who"), cell: (one) => `${one.number} ${one.name}` },
    { key: "reason", title: t("away.reason"), cell: (one) => words.reason(one.reason) },
    { key: "since", title: t("away.since"), cell: (one) => (one.since ? <Timer since={one.since} /> : "—") },
    { key: "until", title: t("away.until"), cell: (one) => (one.until ? clock(one.until, false) : "—") },
  ];
  return (
    <Panel title={t("away.title")} flush>
      <Table label={t("away.title")} columns={columns} rows={page.away} rowKey={(one) => one.agent} expect={2} empty={<Empty icon={CircleCheckBig} title={t("away.none")}>{t("away.none_todo")}</Empty>} />
    </Panel>
  );
}

function Outages({ page }: { page: PageView }) {
  const { t } = useTranslation("storms");
  type Row = PageView["outages"][number];
  const columns: Column<Row>[] = [
    { key: "number", title: t("outages.number"), width: 150, cell: (one) => <Link to={`/outages/${one.id}`}>{one.number}</Link> },
    { key: "area", title: t("outages.area"), cell: (one) => one.area },
    { key: "affected", title: t("outages.affected"), num: true, cell: (one) => count(one.affected) },
    { key: "since", title: t("outages.since"), cell: (one) => moment(one.since, false) },
    {
      key: "until",
      title: t("outages.until"),
      cell: (one) =>
        one.stale ? <Mark tone="busy" icon={Hourglass}>{one.until ? t("outages.stale", { at: clock(one.until, false) }) : t("outages.no_news")}</Mark> : one.until ? moment(one.until, false) : <Mark tone="wrap" icon={CalendarClock}>{t("outages.none_told")}</Mark>,
    },
  ];
  return (
    <Panel title={t("outages.title")} flush extra={<Link to="/outages">{page.outages_all > page.outages.length ? t("outages.first", { shown: count(page.outages.length), count: count(page.outages_all) }) : t("outages.all")}</Link>}>
      <Table label={t("outages.title")} columns={columns} rows={page.outages} rowKey={(one) => one.id} to={(one) => `/outages/${one.id}`} expect={3} empty={<Empty icon={CircleCheckBig} title={t("outages.none")}>{t("outages.none_todo")}</Empty>} />
    </Panel>
  );
}

export default function NowPage() {
  const { t } = useTranslation("storms");
  const may = useMay(SWITCH);
  const now = useNow();
  const page = usePage();
  return (
    <Page title={t("nav.storms")} lead={t("lead")} actions={may && now.data && <Switch now={now.data} />}>
      <Tabs />
      {page.data && now.data ? (
        <>
          <Standing storm={now.data.storm} page={page.data} />
          <Signs page={page.data} />
          <Tiles page={page.data} />
          <Suspense fallback={<Skeletons lines={6} />}>
            <Charts bars={page.data.chart} />
          </Suspense>
          <div className="storm-lists">
            <Outages page={page.data} />
            <Away page={page.data} />
          </div>
        </>
      ) : page.isError ? (
        <Trouble error={page.error} retry={() => void page.refetch()} page />
      ) : (
        <Skeletons lines={10} />
      )}
    </Page>
  );
}
