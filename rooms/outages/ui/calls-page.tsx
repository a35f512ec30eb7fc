// Everybody who is to be telephoned about an outage: important customers, callers who wished to hear that it is back and whom no
// text message reaches, and liaisons whose message did not arrive.
import { BellRing, PhoneCall, Send } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Empty, Page, Panel, Trouble } from "@kit";
import { useOwed } from "./api";
import { CallsTable, LiaisonsTold, PromisedTable } from "./calls-table";
import { Tabs } from "./marks";

export default function CallsPage() {
  const { t } = useTranslation("outages");
  const owed = useOwed();
  if (owed.isError && !owed.data) return <Trouble page error={owed.error} retry={() => void owed.refetch()} />;
  return (
    <Page title={t("calls.title")} lead={t("calls.lead")}>
      <Tabs />
      <Panel flush title={t("call.title")}>
        <CallsTable of calls={owed.data?.calls} empty={<Empty icon={PhoneCall} title={t("calls.none")}>{t("calls.none_todo")}</Empty>} />
      </Panel>
      {owed.data && owed.data.next.length > 0 && (
        <Panel flush title={t("calls.next")}>
          <CallsTable of calls={owed.data.next} empty={null} />
        </Panel>
      )}
      <Panel flush title={t("calls.promised")}>
        <PromisedTable promised={owed.data?.promised} empty={<Empty icon={BellRing} title={t("calls.no_promised")}>{t("calls.no_promised_todo")}</Empty>} />
      </Panel>
      <Panel flush title={t("calls.liaisons")}>
        <LiaisonsTold of told={owed.data?.liaisons} empty={<Empty icon={Send} title={t("calls.no_liaisons")}>{t("calls.no_liaisons_todo")}</Empty>} />
      </Panel>
    </Page>
  );
}
