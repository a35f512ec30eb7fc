// What was: every escalation that was closed or stood down, the newest first.
import { History } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Empty, Page, Pager, Panel, Short, Table, Trouble, type Column } from "@kit";
import { useAgents } from "@lib/directory";
import { useUrlState } from "@lib/url";
import { useEscalations, useFresh, type Escalation } from "./api";
import { Grounds, MatterLink, StateMark, Tabs } from "./marks";

export default function PastPage() {
  const { t } = useTranslation("escalations");
  useFresh();
  const agents = useAgents();
  const [url, change] = useUrlState(["before"] as const);
  const past = useEscalations({ which: "past", after: url.before });
  const next = past.data?.next;
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
      <Panel flush label={t("past.title")}>
        {past.isError && !past.data ? (
          <Trouble error={past.error} retry={() => void past.refetch()} />
        ) : (
          <Table
            label={t("past.title")}
            columns={columns}
            rows={past.data?.items}
            rowKey={(one) => one.id}
            to={(one) => `/escalations/${one.id}`}
            empty={<Empty icon={History} title={t("past.none")}>{t("past.none_todo")}</Empty>}
            foot={<Pager newest={!url.before} onNewest={() => change({ before: null })} onOlder={next ? () => change({ before: next }, { push: true }) : undefined} />}
          />
        )}
      </Panel>
    </Page>
  );
}
