// What was: every escalation that was closed or stood down, the newest first.
import { History } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Empty, Page, Short, type Column } from "@kit";
import { Listed } from "@kit/listed";
import { useAgents } from "@lib/directory";
import { useUrlState } from "@lib/url";
import { useEscalations, useFresh, type Escalation } from "./api";
import { Grounds, MatterLink, StateMark, Tabs } from "./marks";

export default function PastPage() {
  const { t } = useTranslation("escalations");
  useFresh();
  const agents = useAgents();
  const [url] = useUrlState(["before"] as const);
  const past = useEscalations({ which: "past", after: url.before });
  const columns: Column<Escalation>[] = [
    { key: "number", title: t("column.number"), cell: (one) => <Link to={`/escalations/${one.id}`} className="nowrap">{one.number}</Link> },
    { key: "begun", title: t("column.begun"), cell: (one) => <Short at={one.begun_at} /> },
    { key: "matter", title: t("column.matter"), cell: (one) => <MatterLink matter={one.matter} /> },
    { key: "grounds", title: t("column.grounds"), cell: (one) => <Grounds of={one} /> },
    { key: "rung", title: t("column.rung"), cell: (one) => t(`rung.${one.rung}`) },
    { key: "state", title: t("column.state"), cell: (one) => <StateMark state={one.state} /> },
    { key: "by", title: t("column.by"), cell: (one) => agents.name(one.by) ?? "—" },
    { key: "words", title: t("column.words"), cell: (one) => one.summary ?? one.why ?? "—" },
  ];
  return (
    <Page title={t("past.title")} lead={t("past.lead")}>
      <Tabs />
      <Listed
        label={t("past.title")}
        columns={columns}
        of={past}
        rowKey={(one) => one.id}
        to={(one) => `/escalations/${one.id}`}
        empty={<Empty icon={History} title={t("past.none")}>{t("past.none_todo")}</Empty>}
      />
    </Page>
  );
}
