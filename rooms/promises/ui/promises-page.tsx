// Every deadline given to somebody: what breaks next, what was broken, how it stands at each unit, and how many were kept.
import { Button } from "antd";
import { AlarmClock, AlarmClockOff, ChartColumn, CircleCheckBig, Table2, Timer as TimerIcon, type LucideIcon } from "lucide-react";
import dayjs from "dayjs";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, NavLink } from "react-router";
import { Choose, Empty, Mark, Moment, Nothing, Page, Pager, Panel, Skeletons, Table, Tile, Trouble, type Column, type Tone } from "@kit";
import { ChoiceFilter, Filters, TextFilter, TimeFilter } from "@kit/filters";
import { serverNow, useNowEvery } from "@lib/clock";
import { useUnits } from "@lib/directory";
import { count, percent, span } from "@lib/format";
import { useKnown } from "@lib/known";
import { useUrlState } from "@lib/url";
import { CLOCKS, KINDS, STEPS, usePromises, useReport, useRunning, type Clock, type PromiseLine } from "./api";
import { keptBy, loads, nearness, NEARNESS, total, type Kept, type Load, type Nearness } from "./figures";
import "./promises.css";

const KeptChart = lazy(() => import("./kept-chart"));
const VIEWS = ["running", "broken", "kept", "report"] as const;
/** With what a number on the page of statistics opens: all that was due in a period. */
type View = (typeof VIEWS)[number] | "due";

const LOOKS: Record<Nearness, [Tone, LucideIcon]> = { calm: ["ready", TimerIcon], yellow: ["wrap", TimerIcon], orange: ["rest", AlarmClock], overdue: ["busy", AlarmClockOff] };

/** How the address says that no unit answers for it, and that it has no one area. */
const CENTRE = "none";
const NO_AREA = "none";

/** Where the thing it is about has its page. */
const subjectAt = (line: PromiseLine) => `/${line.room}/${line.subject}`;

function useUnitName() {
  const { t } = useTranslation("promises");
  const units = useUnits();
  return (unit: string | null) => (unit === null ? t("centre") : (units.name(unit) ?? unit));
}

/** What runs at each unit as one bar of four parts; the number at each opens its list. */
function Loads({ rows, clock }: { rows: Load[]; clock: Clock }) {
  const { t } = useTranslation("promises");
  const name = useUnitName();
  const most = Math.max(1, ...rows.map((row) => row.all));
  const list = (unit: string | null) => `/promises?clock=${clock}&unit=${unit ?? CENTRE}`;
  return (
    <Table
      label={t("by_unit")}
      rows={rows}
      rowKey={(row) => row.unit ?? "centre"}
      empty={<p className="muted panel-body">{t("none_running")}</p>}
      columns={[
        { key: "unit", title: t("unit"), cell: (row) => <Link to={list(row.unit)}>{name(row.unit)}</Link> },
        {
          key: "bar",
          title: t("bar"),
          width: "42%",
          cell: (row) => (
            <span className="load-bar" aria-hidden style={{ width: `${(row.all / most) * 100}%` }}>
              {NEARNESS.map((near) => row[near] > 0 && <span key={near} data-tone={LOOKS[near][0]} data-near={near} style={{ flexGrow: row[near] }} />)}
            </span>
          ),
        },
        ...NEARNESS.map((near): Column<Load> => ({ key: near, title: t(`near.${near}`), num: true, cell: (row) => (row[near] > 0 ? <Link to={list(row.unit)} className="load-number" data-tone={LOOKS[near][0]}>{count(row[near])}</Link> : <span className="muted">0</span>) })),
        { key: "all", title: t("all"), num: true, cell: (row) => count(row.all) },
      ]}
    />
  );
}

/** By how much it was broken, or is by now. */
function Late({ line, now }: { line: PromiseLine; now: number }) {
  const late = line.late_s > 0 ? line.late_s * 1000 : line.state === "running" ? Math.max(0, now - Date.parse(line.due)) : 0;
  return late > 0 ? <b className="late">{span(late, "seconds")}</b> : <>—</>;
}

function List({ view, filters, filtered, onClear, after, onPage }: { view: Exclude<View, "report">; filters: Record<string, string | undefined>; filtered: boolean; onClear: () => void; after: string | undefined; onPage: (after: string | null) => void }) {
  const { t } = useTranslation("promises");
  const found = usePromises({ which: view, ...filters, after, limit: 50 });
  const name = useUnitName();
  const rule = useKnown("rule");
  const now = useNowEvery(10);
  const near = (line: PromiseLine) => {
    const is = nearness(line, now);
    const [tone, icon] = LOOKS[is];
    return <Mark tone={tone} icon={icon}>{t(`near.${is}`)}</Mark>;
  };
  const columns: Column<PromiseLine>[] = [
    { key: "due", title: t("due"), cell: (line) => <Link to={subjectAt(line)}><Moment at={line.due} seconds={false} /></Link> },
    ...(view === "running" ? [{ key: "near", title: t("state"), cell: near }] : []),
    ...(view === "kept" ? [{ key: "kept", title: t("state"), cell: () => <Mark tone="ready" icon={CircleCheckBig}>{t("kept")}</Mark> }] : []),
    ...(view !== "broken" && view !== "due" ? [] : [{ key: "late", title: t("late"), num: true, cell: (line: PromiseLine) => <Late line={line} now={now} /> }]),
    ...(view === "running" ? [{ key: "left", title: t("left"), num: true, cell: (line: PromiseLine) => { const left = Date.parse(line.due) - now; return <span className="nowrap">{left < 0 ? t("late_by", { time: span(left, "seconds") }) : span(left, "seconds")}</span>; } }] : []),
    { key: "step", title: t("step"), cell: (line) => <b>{t(`steps.${line.step}`)}</b> },
    { key: "clock", title: t("clock"), cell: (line) => t(`clocks.${line.clock}`) },
    { key: "number", title: t("number"), cell: (line) => <Link className="nowrap" to={subjectAt(line)}>{line.number}</Link> },
    { key: "kind", title: t("kind"), cell: (line) => (line.kind ? t(`kinds.${line.kind}`) : "—") },
    { key: "unit", title: t("unit"), cell: (line) => name(line.unit) },
    { key: "area", title: t("area"), cell: (line) => line.area || "—" },
    { key: "rule", title: t("rule"), cell: (line) => rule(line.rule) },
  ];
  if (found.isError && !found.data) return <Trouble error={found.error} retry={() => void found.refetch()} />;
  return (
    <Table
      label={t(`view.${view}`)}
      columns={columns}
      rows={found.data?.items}
      rowKey={(line) => `${line.promise} ${line.clock}`}
      to={subjectAt}
      empty={<Nothing filtered={filtered} found={[t("none_found")]} onAll={onClear} icon={CircleCheckBig} none={[t(`none_${view}`), t("none_todo")]} />}
      foot={<Pager words={view === "running" ? "list" : "time"} newest={!after} onNewest={() => onPage(null)} onOlder={found.data?.next ? () => onPage(found.data?.next ?? null) : undefined} />}
    />
  );
}

function Report({ from, to, clock }: { from: string; to: string; clock: Clock }) {
  const { t } = useTranslation("promises");
  const [by, setBy] = useState<"unit" | "area" | "step">("unit");
  const [asChart, setAsChart] = useState(true);
  const found = useReport(from, to, true);
  const name = useUnitName();
  if (found.isError && !found.data) return <Panel><Trouble error={found.error} retry={() => void found.refetch()} /></Panel>;
  if (!found.data) return <Panel><Skeletons lines={8} height={24} /></Panel>;
  const rows = keptBy(found.data, by, clock);
  const all = total(rows);
  const label = (row: Kept) => (by === "unit" ? name(row.key) : by === "area" ? row.key || t("no_area") : t(`steps.${row.key ?? "take"}` as "steps.take"));
  /** Of all of them, or of one row: the one without a unit is the centre's, the one without an area has an empty one. */
  const of = (row?: Kept) => (row ? { [by]: row.key || (by === "area" ? NO_AREA : CENTRE) } : {});
  const ended = (view: "kept" | "broken", row?: Kept) => `/promises?${new URLSearchParams({ view, clock, from, to, ...of(row) }).toString()}`;
  const running = (row?: Kept) => `/promises?${new URLSearchParams({ clock, ...of(row) }).toString()}`;
  return (
    <>
      <div className="tiles">
        <Tile title={t("rate")} value={percent(all.rate)} {...(all.rate === null ? {} : { unit: "%" })} note={t("rate_note", { count: count(all.kept + all.broken + all.overdue) })} />
        <Tile title={t("kept")} value={<Link to={ended("kept")}>{count(all.kept)}</Link>} />
        <Tile title={t("broken")} value={<Link to={ended("broken")}>{count(all.broken)}</Link>} {...(all.broken > 0 ? { tone: "wrap" as const } : {})} />
        <Tile title={t("still_open")} value={<Link to={running()}>{count(all.overdue)}</Link>} {...(all.overdue > 0 ? { tone: "busy" as const } : {})} />
        <Tile title={t("withdrawn")} value={count(all.withdrawn)} note={t("withdrawn_note")} />
      </div>
      <Panel
        flush
        title={t("kept_by", { by: t(by) })}
        extra={
          <span className="row tight">
            <Choose small label={t("by")} value={by} onChoose={setBy} items={(["unit", "area", "step"] as const).map((key) => ({ key, label: t(key) }))} />
            <Button icon={asChart ? <Table2 size={16} aria-hidden /> : <ChartColumn size={16} aria-hidden />} onClick={() => setAsChart(!asChart)}>
              {asChart ? t("table") : t("chart")}
            </Button>
          </span>
        }
      >
        {rows.length === 0 ? (
          <Empty icon={CircleCheckBig} title={t("none_due")}>{t("none_due_todo")}</Empty>
        ) : asChart ? (
          <Suspense fallback={<div className="panel-body"><Skeletons lines={6} height={26} /></div>}>
            <KeptChart rows={rows} label={label} title={t("kept_by", { by: t(by) })} />
          </Suspense>
        ) : (
          <Table
            label={t("kept_by", { by: t(by) })}
            rows={rows}
            rowKey={(row) => row.key ?? "centre"}
            empty={null}
            columns={[
              { key: "key", title: t(by), cell: label },
              { key: "rate", title: t("rate"), num: true, cell: (row) => <b>{row.rate === null ? "—" : `${percent(row.rate)}%`}</b> },
              { key: "kept", title: t("kept"), num: true, cell: (row) => (row.kept > 0 ? <Link to={ended("kept", row)}>{count(row.kept)}</Link> : 0) },
              { key: "broken", title: t("broken"), num: true, cell: (row) => (row.broken > 0 ? <Link to={ended("broken", row)}>{count(row.broken)}</Link> : 0) },
              { key: "overdue", title: t("still_open"), num: true, cell: (row) => (row.overdue > 0 ? <Link to={running(row)}>{count(row.overdue)}</Link> : 0) },
              { key: "withdrawn", title: t("withdrawn"), num: true, cell: (row) => count(row.withdrawn) },
            ]}
          />
        )}
      </Panel>
    </>
  );
}

export default function PromisesPage() {
  const { t } = useTranslation("promises");
  const [url, change] = useUrlState(["view", "unit", "area", "kind", "step", "clock", "from", "to", "after"] as const);
  const units = useUnits();
  const running = useRunning();
  // The minute a page was opened in: a period must not move while it is read.
  const [opened] = useState(() => dayjs(serverNow()));
  const view: View = url.view === "due" ? "due" : (VIEWS.find((key) => key === url.view) ?? "running");
  const clock: Clock = CLOCKS.find((key) => key === url.clock) ?? "unit";
  const [from, to] = [url.from ?? opened.startOf("day").subtract(6, "day").toISOString(), url.to ?? opened.endOf("day").toISOString()];
  const chosen = { unit: url.unit, area: view === "report" ? undefined : url.area, kind: url.kind, step: url.step, clock: view === "report" ? undefined : url.clock };
  // What is over is looked at by period.
  const filters = { ...chosen, ...(view !== "running" && view !== "report" ? { from, to } : {}) };
  const filtered = Object.values(chosen).some((value) => value !== undefined);
  const set = (next: Partial<Record<"unit" | "area" | "kind" | "step" | "clock" | "from" | "to", string | null>>) => change({ ...next, after: null });
  const clear = () => set({ unit: null, area: null, kind: null, step: null, clock: null, from: null, to: null });
  const rows = loads(running.data ?? [], clock);
  return (
    <Page title={t("title")} lead={t("lead")}>
      <nav className="tabs" aria-label={t("title")}>
        {VIEWS.map((key) => (
          <NavLink key={key} to={key === "running" ? "/promises" : `/promises?view=${key}`} aria-current={view === key ? "page" : false}>
            {t(`view.${key}`)}
          </NavLink>
        ))}
      </nav>
      <Filters label={t("filters")} active={filtered || url.from !== undefined || url.to !== undefined} onClear={clear}>
        {view !== "running" && <TimeFilter label={t("period")} from={from} to={to} onChange={(next, until) => set({ from: next, to: until })} />}
        {view !== "report" && (
          <>
            <ChoiceFilter id="unit" label={t("unit")} width={170} value={url.unit} onChange={(unit) => set({ unit })} options={[{ value: CENTRE, label: t("centre"), search: t("centre") }, ...units.all.map(({ id, name }) => ({ value: id, label: units.name(id), search: name }))]} />
            <TextFilter id="area" label={t("area")} width={120} value={url.area === NO_AREA ? t("no_area") : url.area} onChange={(area) => set({ area: area === t("no_area") ? NO_AREA : area })} />
            <ChoiceFilter id="step" label={t("step")} width={120} value={url.step} onChange={(step) => set({ step })} options={STEPS.map((value) => ({ value, label: t(`steps.${value}`), search: t(`steps.${value}`) }))} />
            <ChoiceFilter id="kind" label={t("kind")} value={url.kind} onChange={(kind) => set({ kind })} options={KINDS.map((value) => ({ value, label: t(`kinds.${value}`) }))} />
          </>
        )}
        {view === "report" ? (
          <Choose label={t("clock")} value={clock} onChoose={(next) => set({ clock: next })} items={CLOCKS.map((key) => ({ key, label: t(`clocks.${key}`) }))} />
        ) : (
          <ChoiceFilter id="clock" label={t("clock")} width={120} value={url.clock} onChange={(next) => set({ clock: next })} options={CLOCKS.map((value) => ({ value, label: t(`clocks.${value}`) }))} />
        )}
      </Filters>
      {view === "running" && (
        <Panel flush title={t("by_unit")} extra={<span className="muted">{t(`clocks.${clock}`)}</span>}>
          {running.isError && !running.data ? <Trouble error={running.error} retry={() => void running.refetch()} /> : running.data ? <Loads rows={rows} clock={clock} /> : <div className="panel-body"><Skeletons lines={4} /></div>}
        </Panel>
      )}
      {view === "report" ? (
        <Report from={from} to={to} clock={clock} />
      ) : (
        <Panel flush title={t(view === "running" ? "next_due" : `view.${view}`)}>
          <List view={view} filters={filters} filtered={filtered} onClear={clear} after={url.after} onPage={(after) => change({ after }, { push: after !== null })} />
        </Panel>
      )}
    </Page>
  );
}
