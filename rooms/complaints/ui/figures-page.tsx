// What the cases of a period come to, by cause, unit, level, sub-type or month: each number opens its cases.
import dayjs from "dayjs";
import { ChartNoAxesColumn } from "lucide-react";
import { lazy, Suspense, useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Choose, Empty, Page, Panel, Skeleton, Skeletons, Table, Tile, Trouble, type Column } from "@kit";
import { Filters, TimeFilter } from "@kit/filters";
import { serverNow } from "@lib/clock";
import { useUnits } from "@lib/directory";
import { count, percent } from "@lib/format";
import { useUrlState } from "@lib/url";
import { BYS, FINDING_KINDS, useFigures, useSubtypes, type By, type Figures, type FiguresLine } from "./api";
import { Tabs } from "./marks";

const Chart = lazy(() => import("./figures-chart"));

/** What the list of cases is narrowed to by one line; nothing where the list cannot be. */
function narrowed(by: By, line: FiguresLine): Record<string, string> | null {
  if (line.key === "") return null;
  if (by === "month") {
    const first = dayjs(`${line.key}-01`);
    return { from: first.toISOString(), to: first.add(1, "month").toISOString() };
  }
  return by === "subtype" ? null : { [by]: line.key };
}

function Counted({ n, to }: { n: number; to: Record<string, string> | null }) {
  if (n === 0 || to === null) return <>{count(n)}</>;
  return <Link to={`/complaints?${new URLSearchParams({ set: "all", ...to }).toString()}`}>{count(n)}</Link>;
}

function Findings({ figures }: { figures: Figures }) {
  const { t } = useTranslation("complaints");
  const of = (kind: string, state: string) => figures.findings.find((one) => one.kind === kind && one.state === state)?.count ?? 0;
  const rows = FINDING_KINDS.filter((kind) => figures.findings.some((one) => one.kind === kind));
  const cell = (kind: string, state: string) => (of(kind, state) === 0 ? "0" : <Link to={`/complaints/findings?${new URLSearchParams({ kind, state }).toString()}`}>{count(of(kind, state))}</Link>);
  return (
    <Panel flush title={t("findings.title")}>
      <Table
        label={t("findings.title")}
        rows={rows}
        rowKey={(kind) => kind}
        columns={[
          { key: "kind", title: t("column.kind"), cell: (kind) => t(`finding.${kind}`) },
          ...(["open", "confirmed", "dismissed"] as const).map((state) => ({ key: state, title: t(`finding_state.${state}`), num: true, cell: (kind: string) => cell(kind, state) })),
        ]}
        empty={<Empty icon={ChartNoAxesColumn} title={t("findings.none")}>{t("findings.none_todo")}</Empty>}
      />
    </Panel>
  );
}

export default function FiguresPage() {
  const { t } = useTranslation("complaints");
  const [state, change] = useUrlState(["from", "to", "by"] as const);
  const today = dayjs(serverNow()).startOf("day");
  const from = state.from ?? today.subtract(89, "day").toISOString();
  const to = state.to ?? today.add(1, "day").toISOString();
  const by: By = BYS.find((one) => one === state.by) ?? "cause";
  const figures = useFigures(from, to, by);
  const [units, subtype] = [useUnits(), useSubtypes()];
  const name = useCallback(
    (line: FiguresLine): string => {
      if (line.key === "") return t(by === "cause" ? "figures.no_cause" : "order.no_unit");
      if (by === "unit") return units.name(line.key) ?? line.key;
      if (by === "subtype") return subtype(line.key);
      return by === "month" ? line.key : t(`${by}.${line.key}` as "level.major");
    },
    // The names come with the directory.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [by, t, units.all],
  );
  const words = useMemo(() => ({ substantiated: t("figures.substantiated"), others: t("figures.others") }), [t]);
  const period = { from, to };
  const columns: Column<FiguresLine>[] = [
    { key: "name", title: t(`by.${by}`), cell: name },
    { key: "cases", title: t("figures.cases"), num: true, cell: (line) => <Counted n={line.cases} to={narrowed(by, line) && { ...period, ...narrowed(by, line) }} /> },
    { key: "closed", title: t("figures.closed"), num: true, cell: (line) => count(line.closed) },
    { key: "substantiated", title: t("figures.substantiated"), num: true, cell: (line) => <>{count(line.substantiated)} <span className="muted">{line.concluded > 0 ? `${percent(line.substantiated / line.concluded)}%` : "—"}</span></> },
    { key: "late", title: t("late"), num: true, cell: (line) => <Counted n={line.late} to={narrowed(by, line) && { ...period, ...narrowed(by, line), late: "true" }} /> },
    { key: "grave", title: t("tile.grave"), num: true, cell: (line) => count(line.grave) },
  ];
  const total = figures.data?.total;
  return (
    <Page title={t("figures.title")} lead={t("figures.lead")}>
      <Tabs />
      <Filters label={t("list.filters")} active={state.from !== undefined || state.to !== undefined} onClear={() => change({ from: null, to: null })}>
        <TimeFilter label={t("column.opened")} from={from} to={to} onChange={(next, until) => change({ from: next, to: until })} />
        <Choose label={t("figures.by")} value={by} items={BYS.map((key) => ({ key, label: t(`by.${key}`) }))} onChoose={(key) => change({ by: key })} />
      </Filters>
      {figures.isError && !figures.data && <Trouble error={figures.error} retry={() => void figures.refetch()} />}
      {!figures.data && !figures.isError && <Skeletons lines={8} />}
      {figures.data && total && (
        <>
          <div className="tiles">
            <Tile title={t("figures.cases")} value={<Counted n={total.cases} to={period} />} />
            <Tile title={t("figures.substantiated_share")} value={total.concluded > 0 ? percent(total.substantiated / total.concluded) : "—"} {...(total.concluded > 0 ? { unit: "%" } : {})} foot={`${count(total.substantiated)} / ${count(total.concluded)}`} />
            <Tile title={t("late")} value={<Counted n={total.late} to={{ ...period, late: "true" }} />} />
            <Tile title={t("tile.grave")} value={count(total.grave)} />
          </div>
          {figures.data.lines.length > 0 && (
            <Panel title={t("figures.chart", { by: t(`by.${by}`) })}>
              <Suspense fallback={<Skeleton height={220} />}>
                <Chart rows={figures.data.lines} label={name} title={t("figures.chart", { by: t(`by.${by}`) })} words={words} />
              </Suspense>
            </Panel>
          )}
          <Panel flush label={t("figures.title")}>
            <Table label={t("figures.title")} columns={columns} rows={figures.data.lines} rowKey={(line) => line.key || "none"} empty={<Empty icon={ChartNoAxesColumn} title={t("figures.none")}>{t("figures.none_todo")}</Empty>} />
          </Panel>
          <Findings figures={figures.data} />
        </>
      )}
    </Page>
  );
}
