// Every handover there was, the newest first.
import { BookCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Empty, Moment, Page, type Column } from "@kit";
import { Listed } from "@kit/listed";
import { useAgents } from "@lib/directory";
import { useUrlState } from "@lib/url";
import { useNow, useRecords, type RecordLine } from "./api";
import { StateMark, Tabs } from "./marks";
import { ChooseTeam } from "./team";

export default function RecordsPage() {
  const { t } = useTranslation("handover");
  const agents = useAgents();
  const [url, change] = useUrlState(["before", "team"] as const);
  const records = useRecords(url.before, url.team);
  const teams = useNow().data?.teams;
  const columns: Column<RecordLine>[] = [
    { key: "number", title: t("column.number"), cell: (record) => <Link to={`/handover/${record.id}`} className="nowrap">{record.number}</Link> },
    { key: "begins", title: t("column.begins"), cell: (record) => <Moment at={record.begins} seconds={false} /> },
    { key: "ends", title: t("column.ends"), cell: (record) => <Moment at={record.ends} seconds={false} /> },
    { key: "state", title: t("column.state"), cell: (record) => <StateMark record={record} /> },
    { key: "outgoing", title: t("column.outgoing"), cell: (record) => agents.name(record.outgoing) ?? "—" },
    { key: "incoming", title: t("column.incoming"), cell: (record) => agents.name(record.incoming) ?? "—" },
    { key: "signed", title: t("column.signed"), cell: (record) => (record.signed_in_at ? <Moment at={record.signed_in_at} seconds={false} /> : "—") },
  ];
  return (
    <Page title={t("records.title")} lead={t("records.lead")}>
      <Tabs />
      <ChooseTeam all teams={teams} value={url.team ?? "all"} onChoose={(team) => change({ team: team === "all" ? null : team, before: null })} />
      <Listed
        label={t("records.title")}
        columns={columns}
        of={records}
        rowKey={(record) => record.id}
        to={(record) => `/handover/${record.id}`}
        empty={<Empty icon={BookCheck} title={t("records.none")}>{t("records.none_todo")}</Empty>}
      />
    </Page>
  );
}
