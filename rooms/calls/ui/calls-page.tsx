// Past calls: found by number, agent, queue, time, length and result.
import { AudioLines, PhoneCall } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { ListMoment, type Column } from "@kit";
import { ChoiceFilter } from "@kit/filters";
import { FoundPage, useFound } from "@kit/found";
import { useAgents, useQueues } from "@lib/directory";
import { duration } from "@lib/format";
import { DIRECTIONS, FILTERS, RESULTS, useCalls, type CallItem } from "./api";
import { OtherSide, Rating, Result } from "./result";

export default function CallsPage() {
  const { t } = useTranslation("calls");
  const found = useFound(FILTERS);
  const calls = useCalls(found.filters);
  const agents = useAgents();
  const queues = useQueues();

  const columns: Column<CallItem>[] = [
    { key: "at", title: t("column.at"), cell: (call) => <Link to={`/calls/${call.id}`}><ListMoment at={call.at} /></Link> },
    { key: "from", title: t("column.from"), cell: (call) => <OtherSide call={call} /> },
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

  const words = { title: t("title"), lead: t("lead"), filters: t("filters"), number: t("column.from"), at: t("column.at"), queue: t("column.queue"), agent: t("column.agent"), length: t("talk_time"), none: t("none"), none_todo: t("none_todo"), none_found: t("none_found"), none_found_todo: t("none_found_todo") };
  return (
    <FoundPage found={found} query={calls} columns={columns} rowKey={(call) => call.id} to={(call) => `/calls/${call.id}`} agents={agents} queues={queues} icon={PhoneCall} words={words}>
      <ChoiceFilter id="direction" label={t("column.direction")} value={found.filters.direction} onChange={(direction) => found.set({ direction })} options={DIRECTIONS.map((value) => ({ value, label: t(`direction.${value}`) }))} />
      <ChoiceFilter id="result" label={t("column.result")} value={found.filters.result} onChange={(result) => found.set({ result })} options={RESULTS.map((value) => ({ value, label: t(`result.${value}`) }))} />
    </FoundPage>
  );
}
