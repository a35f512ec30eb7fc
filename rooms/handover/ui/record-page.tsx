// One handover: verified item by item by the incoming leader, signed by both, read and printed afterwards.
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { Page, Skeletons, Trouble } from "@kit";
import { moment } from "@lib/format";
import { useRecord } from "./api";
import { StateMark, Tabs } from "./marks";
import { Actions, RecordBody } from "./record";

export default function RecordPage() {
  const { t } = useTranslation("handover");
  const { id = "" } = useParams();
  const record = useRecord(id);
  const shown = record.data;
  if (record.isError && !shown) return <Trouble page error={record.error} retry={() => void record.refetch()} />;
  return (
    <Page
      title={shown ? t("record.title", { number: shown.number }) : t("nav.handover")}
      lead={shown && <>{moment(shown.begins, false)} – {moment(shown.ends, false)} <StateMark record={shown} /> <Link className="handover-no-print" to={`/handover/log?handover=${shown.id}`}>{t("record.log")}</Link></>}
      actions={shown && <Actions record={shown} />}
    >
      <Tabs />
      {shown ? <RecordBody record={shown} /> : <Skeletons lines={12} height={24} />}
    </Page>
  );
}
