// Everybody who is to be telephoned about an outage: important customers, callers who wished to hear that it is back and whom no
// text message reaches, and liaisons whose message did not arrive.
import { PhoneCall } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Empty, Page, Panel, Trouble } from "@kit";
import { useOwed } from "./api";
import { CallsTable, LiaisonsTold, PromisedTable } from "./calls-table";
import { Tabs } from "./marks";

export default function CallsPage() {
  const { t } = useTranslation("outages");
  const owed = useOwed();
  if (owed.isError && !owed.data) return <Trouble page error={owed.error} retry={() => void owed.refetch()} />;
  const { calls, next = [], promised, liaisons } = owed.data ?? {};
  const lists = [
    { key: "none", title: t("call.title"), rows: calls, table: <CallsTable of calls={calls} empty={null} /> },
    { key: "next", title: t("calls.next"), rows: next, table: <CallsTable of calls={next} empty={null} /> },
    { key: "no_promised", title: t("calls.promised"), rows: promised, table: <PromisedTable promised={promised} empty={null} /> },
    { key: "no_liaisons", title: t("calls.liaisons"), rows: liaisons, table: <LiaisonsTold of told={liaisons} empty={null} /> },
  ];
  // Where nobody is to be called takes a line, so that who is stands at the top.
  const [nobody, somebody] = [lists.filter(({ rows }) => rows?.length === 0), lists.filter(({ rows }) => rows?.length !== 0)];
  return (
    <Page title={t("calls.title")} lead={t("calls.lead")}>
      <Tabs />
      {somebody.map(({ key, title, table }) => <Panel key={key} flush title={title}>{table}</Panel>)}
      {somebody.length === 0 && <Panel><Empty icon={PhoneCall} title={t("calls.nobody")}>{t("calls.nobody_todo")}</Empty></Panel>}
      <ul className="muted">
        {nobody.filter(({ key }) => key !== "next").map(({ key }) => <li key={key}>{t(`calls.${key}`)}{t("calls.dash")}{t(`calls.${key}_todo`)}</li>)}
      </ul>
    </Page>
  );
}
