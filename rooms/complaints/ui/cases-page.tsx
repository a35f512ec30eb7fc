// The committee's cases: those that are owed something, the next due first; how many stand where.
import { Checkbox, Select } from "antd";
import { Coffee, LockKeyhole, TriangleAlert, UserRoundX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type Column, Due, Mark, Nothing, Page, Short, Tile } from "@kit";
import { ChoiceFilter, Filters, TimeFilter } from "@kit/filters";
import { useFound } from "@kit/found";
import { Listed } from "@kit/listed";
import { useAgents, useUnits } from "@lib/directory";
import { count } from "@lib/format";
import { FILTERS, LEVELS, STAGES, useCases, useSubtypes, useWaiting, VERDICTS, type CaseLine } from "./api";
import { LevelMark, StageMark, Tabs, VerdictMark } from "./marks";
import "./complaints.css";

const SETS = ["open", "overdue", "all"] as const;

function Tiles() {
  const { t } = useTranslation("complaints");
  const waiting = useWaiting().data;
  const sum = (of: "count" | "overdue" | "grave", stage?: string) => waiting?.filter((one) => stage === undefined || one.stage === stage).reduce((all, one) => all + one[of], 0);
  const overdue = sum("overdue");
  return (
    <div className="tiles">
      <Tile title={t("tile.new")} value={count(sum("count", "new"))} note={t("tile.new_note")} />
      <Tile title={t("tile.open")} value={count(sum("count"))} />
      <Tile title={t("tile.overdue")} value={count(overdue)} {...(overdue ? { tone: "busy" as const } : {})} />
      <Tile title={t("tile.grave")} value={count(sum("grave"))} note={t("tile.grave_note")} />
    </div>
  );
}

export default function CasesPage() {
  const { t } = useTranslation("complaints");
  const found = useFound(FILTERS);
  const { filters } = found;
  const set = filters.set ?? "open";
  const cases = useCases({ ...filters, set });
  const [agents, units, subtype] = [useAgents(), useUnits(), useSubtypes()];
  const columns: Column<CaseLine>[] = [
    {
      key: "number",
      title: t("column.number"),
      cell: (one) => (
        <span className="row tight">
          <Link to={`/complaints/${one.order}`} className="nowrap">{one.number}</Link>
          {one.own && <Mark tone="accent" icon={LockKeyhole}>{t("own.short")}</Mark>}
        </span>
      ),
    },
    { key: "what", title: t("column.what"), cell: (one) => <>{t(`kind.${one.kind}`)} · {subtype(one.subtype)} <span className="muted">{one.area}</span></> },
    {
      key: "about",
      title: t("column.about"),
      cell: (one) => [...one.persons.map((person) => agents.name(person)), ...one.units.map((unit) => units.name(unit))].filter(Boolean).join("、") || "—",
    },
    { key: "level", title: t("column.level"), cell: (one) => <LevelMark level={one.level} confirmed={one.level_confirmed} /> },
    { key: "stage", title: t("column.stage"), cell: (one) => <StageMark stage={one.stage} /> },
    {
      key: "unit",
      title: t("column.unit"),
      cell: (one) => (one.misdirected ? <Mark tone="busy" icon={UserRoundX}>{units.name(one.unit)}</Mark> : (units.name(one.unit) ?? "—")),
    },
    set === "all"
      ? { key: "conclusion", title: t("column.conclusion"), cell: (one: CaseLine) => <span className="row tight">{one.conclusion ? <VerdictMark verdict={one.conclusion.verdict} /> : "—"}{one.late && <Mark tone="busy" icon={TriangleAlert}>{t("late")}</Mark>}</span> }
      : { key: "owner", title: t("column.owner"), cell: (one: CaseLine) => agents.name(one.owner) ?? "—" },
    set === "all" ? { key: "opened", title: t("column.opened"), cell: (one: CaseLine) => <Short at={one.opened_at} /> } : { key: "due", title: t("column.due"), cell: (one: CaseLine) => (one.due ? <Due at={one.due} past={t("overdue")} /> : "—") },
  ];
  return (
    <Page title={t("nav.complaints")} lead={t("list.lead")}>
      <Tabs />
      <Tiles />
      <Filters label={t("list.filters")} active={found.filtered} onClear={found.clear}>
        <div className="field">
          <label htmlFor="set">{t("list.set")}</label>
          <Select id="set" style={{ width: 120 }} value={set} onChange={(key: string) => found.set({ set: key })} options={SETS.map((key) => ({ value: key, label: t(`set.${key}`) }))} />
        </div>
        <ChoiceFilter id="stage" label={t("column.stage")} width={120} value={filters.stage} onChange={(stage) => found.set({ stage })} options={STAGES.map((stage) => ({ value: stage, label: t(`stage.${stage}`) }))} />
        <ChoiceFilter id="level" label={t("column.level")} value={filters.level} onChange={(level) => found.set({ level })} options={LEVELS.map((level) => ({ value: level, label: t(`level.${level}`) }))} />
        <ChoiceFilter id="unit" label={t("column.unit")} width={150} value={filters.unit} onChange={(unit) => found.set({ unit })} options={units.all.map((unit) => ({ value: unit.id, label: unit.name, search: unit.name }))} />
        {set === "all" && (
          <>
            <ChoiceFilter id="conclusion" label={t("column.conclusion")} width={120} value={filters.conclusion} onChange={(conclusion) => found.set({ conclusion })} options={VERDICTS.map((verdict) => ({ value: verdict, label: t(`verdict.${verdict}`) }))} />
            <TimeFilter label={t("column.opened")} from={filters.from} to={filters.to} onChange={(from, to) => found.set({ from, to })} />
            <div className="field">
              <span className="label">{t("late")}</span>
              <Checkbox checked={filters.late === "true"} onChange={(event) => found.set({ late: event.target.checked ? "true" : null })}>{t("only_late")}</Checkbox>
            </div>
          </>
        )}
      </Filters>
      <Listed
        label={t(`set.${set as "open"}`)}
        columns={columns}
        of={cases}
        rowKey={(one) => one.order}
        to={(one) => `/complaints/${one.order}`}
        expect={8}
        empty={<Nothing filtered={found.filtered} found={[t("list.none_found"), t("list.none_found_todo")]} onAll={found.clear} icon={Coffee} none={[t("list.none"), t("list.none_todo")]} />}
      />
    </Page>
  );
}
