// Recordings: found like calls, heard on their own page.
import { AudioLines, CircleDashed, ShieldCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { ListMoment, Mark, Phone, type Column } from "@kit";
import { FoundPage, useFound } from "@kit/found";
import { dialAgain } from "@lib/desk";
import { useAgents, useQueues } from "@lib/directory";
import { duration } from "@lib/format";
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
  const found = useFound(FILTERS);
  const recordings = useRecordings(found.filters);
  const agents = useAgents();
  const queues = useQueues();

  const columns: Column<RecordingItem>[] = [
    { key: "at", title: t("column.at"), cell: (r) => <Link to={`/recordings/${r.id}`}><ListMoment at={r.at} /></Link> },
    { key: "duration", title: t("column.duration"), num: true, cell: (r) => duration(r.duration_ms) },
    { key: "from", title: t("column.from"), cell: (r) => (r.from ? <Phone strong number={r.from} onDial={dialAgain(r.call, r.direction)} /> : "—") },
    { key: "agent", title: t("column.agent"), cell: (r) => <span className="nowrap">{agents.name(r.agent) ?? "—"}</span> },
    { key: "queue", title: t("column.queue"), cell: (r) => <span className="nowrap">{queues.name(r.queue) ?? "—"}</span> },
    { key: "sealed", title: t("column.state"), cell: (r) => <Sealed sealed={r.sealed} /> },
    { key: "call", title: t("column.call"), cell: (r) => (r.call ? <Link className="nowrap" to={`/calls/${r.call}`}>{t("to_call")}</Link> : "—") },
  ];

  const words = { title: t("title"), lead: t("lead"), filters: t("filters"), number: t("column.from"), at: t("column.at"), queue: t("column.queue"), agent: t("column.agent"), length: t("column.duration"), none: t("none"), none_todo: t("none_todo"), none_found: t("none_found"), none_found_todo: t("none_found_todo") };
  return <FoundPage found={found} query={recordings} columns={columns} rowKey={(r) => r.id} to={(r) => `/recordings/${r.id}`} agents={agents} queues={queues} icon={AudioLines} words={words} />;
}
