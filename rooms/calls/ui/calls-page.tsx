// Past calls: found by number, agent, queue, time, length and result.
import { AudioLines, PhoneCall, SearchX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Button } from "antd";
import { Empty, ListMoment, Page, Pager, Panel, Table, Trouble, type Column } from "@kit";
import { ChoiceFilter, DirectoryFilter, Filters, SecondsFilter, TextFilter, TimeFilter } from "@kit/filters";
import { useAgents, useQueues } from "@lib/directory";
import { duration } from "@lib/format";
import { useUrlState } from "@lib/url";
import { FILTERS, RESULTS, useCalls, type CallItem } from "./api";
import { Rating, Result } from "./result";

export default function CallsPage() {
  const { t } = useTranslation("calls");
  const [filters, change] = useUrlState(FILTERS);
  const calls = useCalls(filters);
  const agents = useAgents();
  const queues = useQueues();
  const { before, ...chosen } = filters;
  const filtered = Object.keys(chosen).length > 0;
  // A new filter starts at the newest call again.
  const set = (next: Parameters<typeof change>[0]) => change({ ...next, before: null });
  const clear = () => set(Object.fromEntries(FILTERS.map((key) => [key, null])));

  const columns: Column<CallItem>[] = [
    { key: "at", title: t("column.at"), cell: (call) => <Link to={`/calls/${call.id}`}><ListMoment at={call.at} /></Link> },
    { key: "from", title: t("column.from"), cell: (call) => <span className="nowrap strong">{call.from}</span> },
    { key: "result", title: t("column.result"), cell: (call) => <Result call={call} /> },
    { key: "queue", title: t("column.queue"), cell: (call) => <span className="nowrap">{queues.name(call.queue) ?? "—"}</span> },
    { key: "agent", title: t("column.agent"), cell: (call) => <span className="nowrap">{agents.name(call.agent) ?? "—"}</span> },
    { key: "wait", title: t("column.wait"), num: true, cell: (call) => duration(call.wait_ms) },
    { key: "talk", title: t("column.talk"), num: true, cell: (call) => (call.connected ? duration(call.talk_ms) : "—") },
    { key: "rating", title: t("column.rating"), cell: (call) => <Rating score={call.rating} /> },
    { key: "ended_by", title: t("column.ended_by"), cell: (call) => <span className="nowrap">{call.ended_by ? t(`party.${call.ended_by}`) : "—"}</span> },
    {
      key: "recording",
      title: t("column.recording"),
      cell: (call) =>
        call.recording ? (
          <Link className="row tight nowrap" to={`/recordings/${call.recording}`}>
            <AudioLines size={16} aria-hidden /> {t("listen")}
          </Link>
        ) : (
          "—"
        ),
    },
  ];

  return (
    <Page title={t("title")} lead={t("lead")}>
      <Filters label={t("filters")} active={filtered} onClear={clear}>
        <TextFilter id="number" label={t("column.from")} digits value={filters.number} onChange={(number) => set({ number })} />
        <TimeFilter label={t("column.at")} from={filters.from} to={filters.to} onChange={(from, to) => set({ from, to })} />
        <ChoiceFilter id="result" label={t("column.result")} value={filters.result} onChange={(result) => set({ result })} options={RESULTS.map((value) => ({ value, label: t(`result.${value}`) }))} />
        <DirectoryFilter id="queue" label={t("column.queue")} directory={queues} value={filters.queue} onChange={(queue) => set({ queue })} />
        <DirectoryFilter id="agent" label={t("column.agent")} directory={agents} value={filters.agent} onChange={(agent) => set({ agent })} />
        <SecondsFilter label={t("talk_time")} min={filters.min_s} max={filters.max_s} onChange={(min_s, max_s) => set({ min_s, max_s })} />
      </Filters>
      <Panel flush label={t("title")}>
        {calls.isError && !calls.data ? (
          <Trouble error={calls.error} retry={() => void calls.refetch()} />
        ) : (
          <Table
            label={t("title")}
            columns={columns}
            rows={calls.data?.items}
            rowKey={(call) => call.id}
            to={(call) => `/calls/${call.id}`}
            expect={12}
            empty={
              filtered || before ? (
                <Empty icon={SearchX} title={t("none_found")} action={<Button onClick={clear}>{t("show_all")}</Button>}>
                  {t("none_found_todo")}
                </Empty>
              ) : (
                <Empty icon={PhoneCall} title={t("none")}>
                  {t("none_todo")}
                </Empty>
              )
            }
            foot={<Pager newest={!before} onNewest={() => change({ before: null })} onOlder={calls.data?.next ? () => change({ before: calls.data?.next }, { push: true }) : undefined} />}
          />
        )}
      </Panel>
    </Page>
  );
}
