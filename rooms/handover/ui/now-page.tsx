// The shift that works now: what it will hand over, what its leader says, the signature; and what waits to be taken over.
import { Button } from "antd";
import { AlarmClockOff, ArrowLeftRight, ListChecks } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { Empty, Notice, Page, Skeletons, Trouble } from "@kit";
import { clock } from "@lib/format";
import { useUrlState } from "@lib/url";
import { useNow, useRecord, type RecordLine } from "./api";
import { Short, StateMark, Tabs } from "./marks";
import { Actions, RecordBody } from "./record";
import { ChooseTeam, teamKey } from "./team";

function Waiting({ record }: { record: RecordLine }) {
  const { t } = useTranslation("handover");
  const navigate = useNavigate();
  const late = record.alarmed_at !== null;
  return (
    <Notice
      tone={late ? "busy" : "wrap"}
      icon={late ? AlarmClockOff : ListChecks}
      title={t(record.state === "draft" ? "waiting.draft" : "waiting.signed", { shift: record.number })}
      action={<Button type="primary" onClick={() => void navigate(`/handover/${record.id}`)}>{t(record.state === "draft" ? "waiting.open" : "waiting.verify")}</Button>}
    >
      {t(late ? "waiting.late" : "waiting.until")} <Short at={record.sign_by} />
    </Notice>
  );
}

export default function NowPage() {
  const { t } = useTranslation("handover");
  const [url, change] = useUrlState(["team"] as const);
  const now = useNow(url.team);
  const current = now.data?.current ?? null;
  const record = useRecord(current?.id ?? "");
  const shown = record.data;
  return (
    <Page
      title={t("nav.handover")}
      lead={current ? <>{current.number} {clock(current.begins, false)}–{clock(current.ends, false)} <StateMark record={current} /></> : t("now.lead")}
      actions={shown && <Actions record={shown} />}
    >
      <Tabs />
      {now.data && <ChooseTeam teams={now.data.teams} value={teamKey(now.data.team)} onChoose={(team) => change({ team })} />}
      {now.data?.waiting.map((waiting) => <Waiting key={waiting.id} record={waiting} />)}
      {now.isError && !now.data && <Trouble error={now.error} retry={() => void now.refetch()} />}
      {record.isError && !shown && <Trouble error={record.error} retry={() => void record.refetch()} />}
      {!shown && !now.isError && !record.isError && (now.data && !current ? <Empty icon={ArrowLeftRight} title={t("now.none")}>{t("now.none_todo")}</Empty> : <Skeletons lines={12} height={24} />)}
      {shown && <RecordBody record={shown} />}
    </Page>
  );
}
