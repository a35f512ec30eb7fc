// What was suspected: which were outages, which were none, the newest first.
import { History } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Empty, Page, Short, type Column } from "@kit";
import { Listed } from "@kit/listed";
import { useAgents } from "@lib/directory";
import { count } from "@lib/format";
import { useUrlState } from "@lib/url";
import { useFresh, useProposals, type Proposal } from "./api";
import { Path, StateMark, Tabs } from "./marks";

export default function PastPage() {
  const { t } = useTranslation("clusters");
  useFresh();
  const agents = useAgents();
  const [url] = useUrlState(["before"] as const);
  const past = useProposals({ which: "past", after: url.before });
  const columns: Column<Proposal>[] = [
    { key: "proposed", title: t("column.proposed"), cell: (one) => <Short at={one.proposed} /> },
    { key: "area", title: t("column.area"), cell: (one) => <span><Link to={`/clusters/${one.number}`}>{one.area}</Link><br /><Path of={one} /></span> },
    { key: "households", title: t("figure.households"), num: true, cell: (one) => count(one.households) },
    { key: "customers", title: t("figure.customers"), num: true, cell: (one) => count(one.customers) },
    { key: "state", title: t("column.state"), cell: (one) => <StateMark state={one.state} /> },
    { key: "by", title: t("column.by"), cell: (one) => agents.name(one.decided_by) ?? "—" },
    { key: "why", title: t("column.why"), cell: (one) => (one.outage ? <Link to={`/outages/${one.outage}`}>{t("decided.open_outage")}</Link> : one.why || "—") },
  ];
  return (
    <Page title={t("past.title")} lead={t("past.lead")}>
      <Tabs />
      <Listed
        label={t("past.title")}
        columns={columns}
        of={past}
        rowKey={(one) => one.number}
        to={(one) => `/clusters/${one.number}`}
        empty={<Empty icon={History} title={t("past.none")}>{t("past.none_todo")}</Empty>}
      />
    </Page>
  );
}
