// K19 to K29 of a period side by side, by unit, kind or area: each number opens what it counted; as a file, and on paper.
import { Button } from "antd";
import dayjs from "dayjs";
import { ChartNoAxesColumn, Printer } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Choose, Empty, Page, Panel, Skeletons, Table, Tile, Trouble, type Column } from "@kit";
import { ExportButton } from "@kit/export";
import { Filters, TimeFilter } from "@kit/filters";
import { serverNow } from "@lib/clock";
import { useUnits } from "@lib/directory";
import { count, day, percent } from "@lib/format";
import { useMay } from "@lib/session";
import { useUrlState } from "@lib/url";
import { said } from "@lib/words";
import { BYS, CONTACTS, FIGURES, useStatistics, type By, type ClassLine, type Figure, type Line, type Rate } from "./api";
import { listOf, type Of } from "./lists";
import { EXPORT } from "./permissions";
import "./statistics.css";

/** A number that leads to what was counted. */
function Counted({ n, to }: { n: number; to: string }) {
  return n === 0 ? <>{count(n)}</> : <span className="inline-links"><Link to={to}>{count(n)}</Link></span>;
}

function Parts({ figure, rate, of }: { figure: Figure; rate: Rate; of: Of }) {
  return (
    <>
      <Counted n={rate.of} to={listOf(figure, "of", of)} /> / <Counted n={rate.out_of} to={listOf(figure, "out_of", of)} />
    </>
  );
}

function Share({ figure, rate, of }: { figure: Figure; rate: Rate | null; of: Of }) {
  if (rate === null) return <span className="muted">—</span>;
  return (
    <span className="figure-share">
      <b>{rate.share === null ? "—" : `${percent(rate.share, 2)}%`}</b>
      <span className="muted nowrap">
        <Parts figure={figure} rate={rate} of={of} />
      </span>
    </span>
  );
}

export default function StatisticsPage() {
  const { t } = useTranslation("statistics");
  const [url, change] = useUrlState(["from", "to", "by"] as const);
  const units = useUnits();
  const mayExport = useMay(EXPORT);
  // The day a page was opened on: a period must not move while it is read.
  const [today] = useState(() => dayjs(serverNow()).startOf("day"));
  const [from, to] = [url.from ?? today.subtract(29, "day").toISOString(), url.to ?? today.add(1, "day").toISOString()];
  const by: By = BYS.find((key) => key === url.by) ?? "unit";
  const found = useStatistics(from, to, by);
  const name = ({ key }: Line) => {
    if (key === null) return t(by === "unit" ? "no_unit" : "no_area");
    return by === "unit" ? (units.name(key) ?? key) : by === "kind" ? t(`kind.${key as "fault"}`) : key;
  };
  const told = FIGURES.filter((figure) => found.data?.lines.some((line) => line[figure] !== null));
  const columns: Column<Line>[] = [
    { key: "line", title: t(`by.${by}`), cell: name },
    ...told.map((figure): Column<Line> => ({ key: figure, title: t(`figure.${figure}`), num: true, cell: (line) => <Share figure={figure} rate={line[figure]} of={{ from, to, line: { by, key: line.key } }} /> })),
  ];
  const classes: Column<ClassLine>[] = [
    { key: "class", title: t("class"), cell: (line) => <>{said(line.title) || line.code}</> },
    ...CONTACTS.map((figure): Column<ClassLine> => ({ key: figure, title: t(`figure.${figure}`), num: true, cell: (line) => <Share figure={figure} rate={line[figure]} of={{ from, to, line: { by: "class", key: line.code } }} /> })),
  ];
  return (
    <Page
      title={t("title")}
      lead={t("lead")}
      actions={
        <span className="row tight">
          {mayExport && <ExportButton path="/api/statistics/exports" filters={{ from, to, by }} />}
          <Button icon={<Printer size={16} aria-hidden />} onClick={() => window.print()}>
            {t("print")}
          </Button>
        </span>
      }
    >
      <Filters label={t("filters")} active={url.from !== undefined || url.to !== undefined} onClear={() => change({ from: null, to: null })}>
        <TimeFilter label={t("period")} from={from} to={to} onChange={(next, until) => change({ from: next, to: until })} />
        <Choose label={t("by.label")} value={by} items={BYS.map((key) => ({ key, label: t(`by.${key}`) }))} onChoose={(key) => change({ by: key })} />
      </Filters>
      <p className="printed">{t("printed", { from: day(from), to: day(dayjs(to).subtract(1, "second").toISOString()), by: t(`by.${by}`) })}</p>
      {found.isError && !found.data && <Trouble error={found.error} retry={() => void found.refetch()} />}
      {!found.data && !found.isError && <Skeletons lines={8} />}
      {found.data && (
        <div className="statistics">
          <div className="tiles">
            {FIGURES.map((figure) => {
              const rate = found.data.total[figure];
              return (
                <Tile
                  key={figure}
                  title={t(`figure.${figure}`)}
                  value={percent(rate?.share ?? null, 2)}
                  {...(rate?.share == null ? {} : { unit: "%" })}
                  note={t(`note.${figure}`)}
                  {...(rate ? { foot: <Parts figure={figure} rate={rate} of={{ from, to }} /> } : {})}
                />
              );
            })}
          </div>
          <Panel flush title={t("lines", { by: t(`by.${by}`) })}>
            <Table label={t("lines", { by: t(`by.${by}`) })} columns={columns} rows={found.data.lines} rowKey={(line) => line.key ?? "none"} empty={<Empty icon={ChartNoAxesColumn} title={t("none")}>{t("none_todo")}</Empty>} />
          </Panel>
          <Panel flush title={t("classes")}>
            <Table label={t("classes")} columns={classes} rows={found.data.classes} rowKey={(line) => line.code} empty={<Empty icon={ChartNoAxesColumn} title={t("none_contacts")}>{t("none_contacts_todo")}</Empty>} />
          </Panel>
          <p className="muted">{t("apart")}</p>
        </div>
      )}
    </Page>
  );
}
