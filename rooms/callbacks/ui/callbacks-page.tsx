// Whom one may call back now, the most urgent first, with the next one taken in one step; and every list behind a figure.
import { App, Button, Select } from "antd";
import { Coffee, MoonStar, PhoneForwarded, SearchX, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { Choose, type Column, Due, Empty, Mark, Nothing, Notice, Page, Short, Tile, useProblemText } from "@kit";
import { ChoiceFilter, Filters, TimeFilter } from "@kit/filters";
import { useFound } from "@kit/found";
import { Listed } from "@kit/listed";
import { useAgents, useUnits } from "@lib/directory";
import { count } from "@lib/format";
import { useMay } from "@lib/session";
import { FILTERS, MACHINE, takeNext, useSubtypes, useTasks, useWaiting, type TaskLine } from "./api";
import { SatisfactionMark, StateMark, Tabs } from "./marks";
import { READ, WORK } from "./permissions";

const SETS = ["mine", "open", "required", "completed", "tried", "reached", "rated", "satisfied", "unsatisfied", "doubted"] as const;
const KINDS = ["fault", "enquiry", "complaint", "report", "opinion", "suggestion", "praise", "request"] as const;

function Tiles() {
  const { t } = useTranslation("callbacks");
  const waiting = useWaiting().data;
  return (
    <div className="tiles">
      <Tile title={t("tile.open")} value={count(waiting?.open)} />
      <Tile title={t("tile.overdue")} value={count(waiting?.overdue)} {...(waiting && waiting.overdue > 0 ? { tone: "busy" as const } : {})} />
      <Tile title={t("tile.claimed")} value={count(waiting?.claimed)} />
    </div>
  );
}

export default function CallbacksPage() {
  const { t } = useTranslation("callbacks");
  const navigate = useNavigate();
  const { message } = App.useApp();
  const problem = useProblemText();
  const found = useFound(FILTERS);
  const { filters } = found;
  const [read, work] = [useMay(READ), useMay(WORK)];
  const set = filters.set ?? (work ? "mine" : "open");
  const tasks = useTasks({ ...filters, set });
  const waiting = useWaiting().data;
  const [agents, units, subtype] = [useAgents(), useUnits(), useSubtypes()];
  const [busy, setBusy] = useState(false);
  const live = set === "mine" || set === "open";

  const take = () => {
    setBusy(true);
    takeNext()
      .then((task) => navigate(`/callbacks/${task.order}`))
      .catch((error: unknown) => message.info(problem(error).what))
      .finally(() => setBusy(false));
  };
  const columns: Column<TaskLine>[] = [
    {
      key: "number",
      title: t("column.number"),
      cell: (task) => (
        <span className="row tight">
          <Link to={`/callbacks/${task.order}`} className="nowrap">{task.number}</Link>
          {task.urgent && <Mark tone="busy" icon={TriangleAlert}>{t("urgent")}</Mark>}
          {task.government && <span className="muted">12345</span>}
        </span>
      ),
    },
    { key: "what", title: t("column.what"), cell: (task) => <>{subtype(task.subtype)} <span className="muted">{task.area}</span></> },
    { key: "unit", title: t("column.unit"), cell: (task) => units.name(task.unit) ?? "—" },
    { key: "due", title: t("column.due"), cell: (task) => (task.state.state === "open" ? <Due at={task.due} past={t("overdue")} /> : <Short at={task.due} />) },
    { key: "tries", title: t("column.tries"), num: true, cell: (task) => `${task.tries}/${task.tries_max}` },
    live
      ? {
          key: "next",
          title: t("column.next"),
          cell: (task: TaskLine) =>
            task.claimed_by ? (
              <Mark tone="call" icon={PhoneForwarded}>{t("claimed", { who: task.claimed_by === MACHINE ? t("machine") : agents.name(task.claimed_by) })}</Mark>
            ) : (
              <span className="row tight">
                {task.next && <Short at={task.next} />}
                {task.wish && <span className="muted">{t("wished")}</span>}
              </span>
            ),
        }
      : {
          key: "state",
          title: t("column.state"),
          cell: (task: TaskLine) => (
            <span className="row tight">
              <StateMark state={task.state} />
              {task.satisfaction && <SatisfactionMark satisfaction={task.satisfaction} />}
              {task.doubt && <Mark tone="busy" icon={TriangleAlert}>{t("doubted")}</Mark>}
            </span>
          ),
        },
  ];
  return (
    <Page
      title={t("nav.callbacks")}
      lead={t("list.lead")}
      actions={work && <Button type="primary" loading={busy} icon={<PhoneForwarded size={16} aria-hidden />} onClick={take}>{t("list.next")}</Button>}
    >
      <Tabs />
      <Tiles />
      {waiting && !waiting.hours_open && (
        <Notice tone="wrap" icon={MoonStar} title={t("hours.closed")}>
          {t("hours.from")} <Short at={waiting.hours_from} />
        </Notice>
      )}
      <Filters label={t("list.filters")} active={found.filtered} onClear={found.clear}>
        {work && !read ? (
          <Choose label={t("list.set")} value={set} items={(["mine", "open"] as const).map((key) => ({ key, label: t(`set.${key}`) }))} onChoose={(key) => found.set({ set: key })} />
        ) : (
          <div className="field">
            <label htmlFor="set">{t("list.set")}</label>
            <Select id="set" style={{ width: 150 }} value={set} onChange={(key: string) => found.set({ set: key })} options={SETS.filter((key) => (key === "mine" ? work : true)).map((key) => ({ value: key, label: t(`set.${key}`) }))} />
          </div>
        )}
        {set !== "mine" && (
          <>
            <ChoiceFilter id="unit" label={t("column.unit")} width={150} value={filters.unit} onChange={(unit) => found.set({ unit })} options={[...units.all.map((unit) => ({ value: unit.id, label: unit.name, search: unit.name })), { value: "none", label: t("no_unit"), search: t("no_unit") }]} />
            <ChoiceFilter id="kind" label={t("column.kind")} value={filters.kind} onChange={(kind) => found.set({ kind })} options={KINDS.map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))} />
          </>
        )}
        {!live && <TimeFilter label={t("column.since")} from={filters.from} to={filters.to} onChange={(from, to) => found.set({ from, to })} />}
      </Filters>
      <Listed
        label={t(`set.${set as "mine"}`)}
        columns={columns}
        of={tasks}
        rowKey={(task) => `${task.order} ${task.since}`}
        to={(task) => `/callbacks/${task.order}`}
        expect={8}
        empty={
          set === "mine" ? (
            <Empty icon={Coffee} title={t("list.none_mine")}>{t("list.none_mine_todo")}</Empty>
          ) : (
            <Nothing filtered={found.filtered} found={[t("list.none"), t("list.none_todo")]} onAll={found.clear} icon={SearchX} none={[t("list.none"), t("list.none_todo")]} />
          )
        }
      />
    </Page>
  );
}
