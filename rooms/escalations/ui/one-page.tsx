// One escalation, with every turn it has had.
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { Page, Panel, Short, Skeletons, Table, Trouble, type Column } from "@kit";
import { useAgents } from "@lib/directory";
import { useEscalation, useFresh, type Turn } from "./api";
import { Card } from "./card";
import { Tabs } from "./marks";

export default function OnePage() {
  const { t } = useTranslation("escalations");
  useFresh();
  const { id = "" } = useParams();
  const agents = useAgents();
  const one = useEscalation(id);
  const columns: Column<Turn>[] = [
    { key: "from", title: t("column.from"), cell: (turn) => <Short at={turn.from} /> },
    { key: "rung", title: t("column.rung"), cell: (turn) => t(`rung.${turn.rung}`) },
    { key: "person", title: t("column.person"), cell: (turn) => agents.name(turn.person) ?? t("turn.nobody") },
    { key: "told", title: t("column.told"), cell: (turn) => turn.told.map((told) => t(`told.${told.outcome}`, { by: t(`channel.${told.by}`) })).join(t("comma")) || "—" },
    { key: "end", title: t("column.end"), cell: (turn) => (turn.end ? t(`turn.${turn.end}`) : t("turn.runs")) },
  ];
  return (
    <Page title={one.data?.number ?? t("nav.escalations")} lead={t("one.lead")}>
      <Tabs />
      {one.isError && !one.data && <Trouble error={one.error} retry={() => void one.refetch()} />}
      {!one.data && !one.isError && <Skeletons lines={8} />}
      {one.data && (
        <>
          <Panel label={one.data.number}><Card of={one.data} whole /></Panel>
          <Panel flush title={t("one.turns")}>
            <Table label={t("one.turns")} columns={columns} rows={one.data.turns} rowKey={(turn) => `${turn.visit}.${turn.person}.${turn.from}`} empty={null} />
          </Panel>
        </>
      )}
    </Page>
  );
}
