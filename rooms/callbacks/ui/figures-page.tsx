// K26 to K29 of a period by unit or kind: each number opens the call-backs it was made of.
import dayjs from "dayjs";
import { ChartNoAxesColumn } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Choose, Empty, Page, Panel, Skeletons, Table, Tile, Trouble, type Column } from "@kit";
import { Filters, TimeFilter } from "@kit/filters";
import { serverNow } from "@lib/clock";
import { useUnits } from "@lib/directory";
import { count, percent } from "@lib/format";
import { useUrlState } from "@lib/url";
import { FIGURES, LISTS, useFigures, type Figure, type FiguresLine, type Rate } from "./api";
import { Tabs } from "./marks";

/** A number that leads to what was counted. */
function Counted({ n, set, to }: { n: number; set: string; to: URLSearchParams }) {
  const query = new URLSearchParams(to);
  query.set("set", set);
  return n === 0 ? <>{count(n)}</> : <span className="inline-links"><Link to={`/callbacks?${query.toString()}`}>{count(n)}</Link></span>;
}

function Share({ figure, rate, to }: { figure: Figure; rate: Rate; to: URLSearchParams }) {
  const [of, outOf] = LISTS[figure];
  return (
    <span className="nowrap">
      <b>{percent(rate.share, 2)}</b>{rate.share !== null && " %"}{" "}
      <span className="muted">
        <Counted n={rate.of} set={of} to={to} /> / <Counted n={rate.out_of} set={outOf} to={to} />
      </span>
    </span>
  );
}

export default function FiguresPage() {
  const { t } = useTranslation("callbacks");
  const [state, change] = useUrlState(["from", "to", "by"] as const);
  const today = dayjs(serverNow()).startOf("day");
  const from = state.from ?? today.subtract(29, "day").toISOString();
  const to = state.to ?? today.add(1, "day").toISOString();
  const by = state.by === "kind" ? "kind" : "unit";
  const figures = useFigures(from, to, by);
  const units = useUnits();
  const period = new URLSearchParams({ from, to });
  const narrowed = (line: FiguresLine) => new URLSearchParams({ from, to, ...(by === "unit" ? { unit: line.unit ?? "none" } : { kind: line.kind ?? "" }) });
  const columns: Column<FiguresLine>[] = [
    { key: "name", title: t(by === "unit" ? "column.unit" : "column.kind"), cell: (line) => (by === "unit" ? (units.name(line.unit) ?? t("no_unit")) : t(`kind.${line.kind as "fault"}`)) },
    ...FIGURES.map((figure) => ({ key: figure, title: t(`figure.${figure}`), num: true, cell: (line: FiguresLine) => <Share figure={figure} rate={line[figure]} to={narrowed(line)} /> })),
  ];
  return (
    <Page title={t("figures.title")} lead={t("figures.lead")}>
      <Tabs />
      <Filters label={t("list.filters")} active={state.from !== undefined || state.to !== undefined} onClear={() => change({ from: null, to: null })}>
        <TimeFilter label={t("column.since")} from={from} to={to} onChange={(next, until) => change({ from: next, to: until })} />
        <Choose label={t("figures.by")} value={by} items={(["unit", "kind"] as const).map((key) => ({ key, label: t(`figures.by_${key}`) }))} onChoose={(key) => change({ by: key })} />
      </Filters>
      {figures.isError && !figures.data && <Trouble error={figures.error} retry={() => void figures.refetch()} />}
      {!figures.data && !figures.isError && <Skeletons lines={6} />}
      {figures.data && (
        <>
          <div className="tiles">
            {FIGURES.map((figure) => {
              const rate = figures.data.total[figure];
              const [of, outOf] = LISTS[figure];
              return (
                <Tile
                  key={figure}
                  title={t(`figure.${figure}`)}
                  value={percent(rate.share, 2)}
                  {...(rate.share !== null ? { unit: "%" } : {})}
                  note={t(`figure_note.${figure}`)}
                  foot={<><Counted n={rate.of} set={of} to={period} /> / <Counted n={rate.out_of} set={outOf} to={period} /></>}
                />
              );
            })}
          </div>
          <Panel flush label={t("figures.title")}>
            <Table label={t("figures.title")} columns={columns} rows={figures.data.lines} rowKey={(line) => line.unit ?? line.kind ?? "none"} empty={<Empty icon={ChartNoAxesColumn} title={t("figures.none")}>{t("figures.none_todo")}</Empty>} />
          </Panel>
        </>
      )}
    </Page>
  );
}
