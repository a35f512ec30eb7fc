// What agents have written down about calls: found by agent, reason, result and time; and what is still to be completed.
import { Button } from "antd";
import { ChartNoAxesColumn, ClipboardList } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { ListMoment, Nothing, Notice, Page, Phone, type Column } from "@kit";
import { ExportButton } from "@kit/export";
import { ChoiceFilter, DirectoryFilter, Filters, TimeFilter } from "@kit/filters";
import { useFound } from "@kit/found";
import { Listed } from "@kit/listed";
import { dialFrom } from "@lib/desk";
import { useAgents } from "@lib/directory";
import { FILTERS, RESULTS, SETS, said, useRecords, useTree, type RecordView } from "./api";
import { ReasonPath, ResultMark, StateMark } from "./facts";
import { useMay, useMe } from "@lib/session";
import { EXPORT, READ_ALL, READ_GROUP } from "./permissions";
import { index, isLeaf } from "./tree";
import "./interactions.css";

export default function InteractionsPage() {
  const { t } = useTranslation("interactions");
  const found = useFound(FILTERS);
  const { filters } = found;
  const records = useRecords(filters);
  const agents = useAgents();
  const trees = useTree();
  const me = useMe().data?.id;
  const others = useMay([READ_ALL, READ_GROUP]);
  const mayExport = useMay(EXPORT);
  const tree = useMemo(() => (trees.data ? index(trees.data) : null), [trees.data]);
  const leaves = useMemo(
    () => (tree ? tree.tree.reasons.filter((reason) => isLeaf(tree, reason.code)).map((reason) => ({ value: reason.code, label: said(reason.title), search: `${reason.title.zh} ${reason.initials} ${reason.code} ${reason.pinyin.replace(/ /g, "")}` })) : []),
    [tree],
  );
  const columns: Column<RecordView>[] = [
    { key: "at", title: t("column.at"), cell: (record) => <Link to={`/calls/${record.call}`}><ListMoment at={record.at} /></Link> },
    { key: "number", title: t("column.number"), cell: (record) => (record.number ? <Phone number={record.number} onDial={() => dialFrom(`/api/calls/${record.call}`)} /> : "—") },
    { key: "reason", title: t("desk.reason"), cell: (record) => <ReasonPath tree={tree} code={record.draft.reason} short /> },
    { key: "result", title: t("desk.result"), cell: (record) => <ResultMark result={record.draft.result} /> },
    { key: "notes", title: t("desk.notes"), cell: (record) => <span className="payload">{record.draft.notes || "—"}</span> },
    ...(others ? [{ key: "agent", title: t("column.agent"), cell: (record: RecordView) => <span className="nowrap">{agents.name(record.agent) ?? "—"}</span> }] : []),
    {
      key: "state",
      title: t("column.state"),
      cell: (record) => (
        <span className="row tight">
          <StateMark record={record} />
          {record.state === "draft" && record.agent === me && <Link to={`/calls/desk?call=${record.call}`}>{t("list.complete")}</Link>}
        </span>
      ),
    },
  ];
  const overdue = filters.overdue === "true";
  const narrowed = { ...filters, before: undefined };
  const counted = SETS.find((key) => key === filters.set);
  const reason = filters.class ? tree?.tree.reasons.find((one) => one.code === filters.class) : undefined;
  return (
    <Page
      title={t("nav.interactions")}
      lead={t("list.lead")}
      actions={
        <>
          <span className="choose">
            <button type="button" aria-pressed={overdue} onClick={() => found.set({ overdue: overdue ? null : "true" })}>
              {t("list.overdue")}
            </button>
          </span>
          {mayExport && !counted && <ExportButton path="/api/interactions/exports" filters={{ ...narrowed, overdue }} />}
        </>
      }
    >
      {counted && (
        <Notice tone="accent" icon={ChartNoAxesColumn} title={t(`counted.${counted}`)} action={<Button onClick={found.clear}>{t("list.show_all")}</Button>}>
          {reason ? said(reason.title) : null}
        </Notice>
      )}
      {!counted && <Filters label={t("list.filters")} active={found.filtered} onClear={found.clear}>
        <TimeFilter label={t("column.at")} from={filters.from} to={filters.to} onChange={(from, to) => found.set({ from, to })} />
        <ChoiceFilter id="reason" label={t("desk.reason")} width={190} value={filters.reason} onChange={(reason) => found.set({ reason })} options={leaves} />
        <ChoiceFilter id="result" label={t("desk.result")} value={filters.result} onChange={(result) => found.set({ result })} options={RESULTS.map((value) => ({ value, label: t(`result.${value}`) }))} />
        <ChoiceFilter id="state" label={t("column.state")} value={filters.state} onChange={(state) => found.set({ state })} options={[{ value: "draft", label: t("state.draft") }, { value: "complete", label: t("state.complete") }]} />
        {others && <DirectoryFilter id="agent" label={t("column.agent")} directory={agents} value={filters.agent} onChange={(agent) => found.set({ agent })} />}
      </Filters>}
      <Listed
        label={t("nav.interactions")}
        columns={columns}
        of={records}
        rowKey={(record) => `${record.call} ${record.agent}`}
        to={(record) => `/calls/${record.call}`}
        expect={12}
        empty={
          <Nothing
            filtered={found.filtered || filters.before !== undefined}
            found={overdue ? [t("list.none_overdue"), t("list.none_overdue_todo")] : [t("list.none_found"), t("list.none_found_todo")]}
            onAll={found.clear}
            icon={ClipboardList}
            none={[t("list.none"), t("list.none_todo")]}
          />
        }
      />
    </Page>
  );
}
