// Recordings: found like calls, heard on their own page.
import { Button } from "antd";
import { AudioLines, CircleDashed, SearchX, ShieldCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Empty, ListMoment, Mark, Page, Pager, Panel, Table, Trouble, type Column } from "@kit";
import { DirectoryFilter, Filters, SecondsFilter, TextFilter, TimeFilter } from "@kit/filters";
import { useAgents, useQueues } from "@lib/directory";
import { duration } from "@lib/format";
import { useUrlState } from "@lib/url";
import { FILTERS, useRecordings, type RecordingItem } from "./api";

export function Sealed({ sealed }: { sealed: boolean }) {
  const { t } = useTranslation("recordings");
  return sealed ? (
    <Mark tone="ready" icon={ShieldCheck}>
      {t("sealed.yes")}
    </Mark>
  ) : (
    <Mark tone="call" icon={CircleDashed}>
      {t("sealed.no")}
    </Mark>
  );
}

export default function RecordingsPage() {
  const { t } = useTranslation("recordings");
  const [filters, change] = useUrlState(FILTERS);
  const recordings = useRecordings(filters);
  const agents = useAgents();
  const queues = useQueues();
  const { before, ...chosen } = filters;
  const filtered = Object.keys(chosen).length > 0;
  const set = (next: Parameters<typeof change>[0]) => change({ ...next, before: null });
  const clear = () => set(Object.fromEntries(FILTERS.map((key) => [key, null])));

  const columns: Column<RecordingItem>[] = [
    { key: "at", title: t("column.at"), cell: (r) => <Link to={`/recordings/${r.id}`}><ListMoment at={r.at} /></Link> },
    { key: "duration", title: t("column.duration"), num: true, cell: (r) => duration(r.duration_ms) },
    { key: "from", title: t("column.from"), cell: (r) => <span className="nowrap strong">{r.from ?? "—"}</span> },
    { key: "agent", title: t("column.agent"), cell: (r) => <span className="nowrap">{agents.name(r.agent) ?? "—"}</span> },
    { key: "queue", title: t("column.queue"), cell: (r) => <span className="nowrap">{queues.name(r.queue) ?? "—"}</span> },
    { key: "sealed", title: t("column.state"), cell: (r) => <Sealed sealed={r.sealed} /> },
    { key: "call", title: t("column.call"), cell: (r) => (r.call ? <Link className="nowrap" to={`/calls/${r.call}`}>{t("to_call")}</Link> : "—") },
  ];

  return (
    <Page title={t("title")} lead={t("lead")}>
      <Filters label={t("filters")} active={filtered} onClear={clear}>
        <TextFilter id="number" label={t("column.from")} digits value={filters.number} onChange={(number) => set({ number })} />
        <TimeFilter label={t("column.at")} from={filters.from} to={filters.to} onChange={(from, to) => set({ from, to })} />
        <DirectoryFilter id="queue" label={t("column.queue")} directory={queues} value={filters.queue} onChange={(queue) => set({ queue })} />
        <DirectoryFilter id="agent" label={t("column.agent")} directory={agents} value={filters.agent} onChange={(agent) => set({ agent })} />
        <SecondsFilter label={t("column.duration")} min={filters.min_s} max={filters.max_s} onChange={(min_s, max_s) => set({ min_s, max_s })} />
      </Filters>
      <Panel flush label={t("title")}>
        {recordings.isError && !recordings.data ? (
          <Trouble error={recordings.error} retry={() => void recordings.refetch()} />
        ) : (
          <Table
            label={t("title")}
            columns={columns}
            rows={recordings.data?.items}
            rowKey={(r) => r.id}
            to={(r) => `/recordings/${r.id}`}
            expect={12}
            empty={
              filtered || before ? (
                <Empty icon={SearchX} title={t("none_found")} action={<Button onClick={clear}>{t("show_all")}</Button>}>
                  {t("none_found_todo")}
                </Empty>
              ) : (
                <Empty icon={AudioLines} title={t("none")}>
                  {t("none_todo")}
                </Empty>
              )
            }
            foot={<Pager newest={!before} onNewest={() => change({ before: null })} onOlder={recordings.data?.next ? () => change({ before: recordings.data?.next }, { push: true }) : undefined} />}
          />
        )}
      </Panel>
    </Page>
  );
}
