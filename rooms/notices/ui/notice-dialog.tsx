// One notice: its way so far, its receipts, what came back; sent again or cancelled with a reason.
import { Input, Radio } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Facts, Field, Moment, Skeletons, Trouble } from "@kit";
import { EditDialog } from "@kit/dialog";
import { useAgents } from "@lib/directory";
import { useMay } from "@lib/session";
import { actOn, useNotice, type Act } from "./api";
import { SEND } from "./permissions";
import { ChannelWord, StateMark, useWhy } from "./words";

export function NoticeDialog({ id, names, onClose }: { id: string; names: Map<string, string>; onClose: () => void }) {
  const { t } = useTranslation("notices");
  const asked = useNotice(id);
  const agents = useAgents();
  const why = useWhy();
  const may = useMay(SEND);
  const [chosen, setChosen] = useState<Act | null>(null);
  const [reason, setReason] = useState("");
  const notice = asked.data;
  const acts = may && notice ? notice.allowed : [];
  const act = chosen ?? acts[0];
  return (
    <EditDialog
      title={notice ? (names.get(notice.template) ?? notice.template) : t("nav.notices")}
      width={720}
      onClose={onClose}
      readOnly={!notice || acts.length === 0}
      ready={reason.trim().length >= 2}
      save={act ? t(`act.${act}`) : undefined}
      saved={act ? t(`act.done_${act}`) : undefined}
      dangerous={act === "cancel"}
      onSave={() => (notice && act ? actOn(notice, act, reason) : Promise.resolve())}
    >
      {asked.isError && !notice && <Trouble error={asked.error} retry={() => void asked.refetch()} />}
      {!notice && !asked.isError && <Skeletons lines={6} />}
      {notice && (
        <>
          <p className="notice-whole">{notice.text}</p>
          <Facts
            items={[
              [t("column.state"), <div key="s"><StateMark state={notice.state} /><p className="muted">{why(notice)}</p></div>],
              [t("column.to"), <span key="t" className="row">{notice.to} <ChannelWord channel={notice.channel} /></span>],
              [t("one.class"), `${t(`class.${notice.class}`)}${notice.urgent ? t("sep") + t("one.urgent") : ""}`],
              [t("one.parts"), notice.channel === "sms" ? t("parts", { count: notice.parts }) : "—"],
              [t("one.created"), <div key="c"><Moment at={notice.created_at} /><p className="muted">{agents.name(notice.created_by) ?? t("one.by_itself")}</p></div>],
              [notice.state === "queued" ? t("one.next") : t("one.handed"), notice.state === "queued" ? <Moment key="n" at={notice.next_at} /> : notice.handed_at && <Moment key="h" at={notice.handed_at} />],
              [t("one.done"), notice.done_at && <Moment key="d" at={notice.done_at} />],
              [t("one.attempts"), notice.attempts],
              [t("one.version"), t("one.version_of", { version: notice.template_version })],
            ]}
          />
          {notice.receipts.length > 0 && (
            <Field label={t("one.receipts")}>
              <ul className="notice-lines">
                {notice.receipts.map((receipt) => (
                  <li key={receipt.message_id} className="row">
                    <Moment at={receipt.at} />
                    <span>{receipt.outcome ? t(`receipt.${receipt.outcome}`) : t("receipt.none")}</span>
                    <span className="muted">{receipt.error}</span>
                    <code className="muted">{receipt.message_id}</code>
                  </li>
                ))}
              </ul>
            </Field>
          )}
          {notice.replies.length > 0 && (
            <Field label={t("one.replies")}>
              <ul className="notice-lines">
                {notice.replies.map((reply) => (
                  <li key={reply.at} className="row">
                    <Moment at={reply.at} /> <b>{reply.text}</b>
                  </li>
                ))}
              </ul>
            </Field>
          )}
          {act && (
            <>
              {acts.length > 1 && <Radio.Group value={act} onChange={(event) => setChosen(event.target.value as Act)} options={acts.map((value) => ({ value, label: t(`act.${value}`) }))} />}
              <Field label={t(`act.why_${act}`)} htmlFor="n-why" required help={t(`act.help_${act}`)}>
                <Input id="n-why" value={reason} maxLength={200} onChange={(event) => setReason(event.target.value)} />
              </Field>
            </>
          )}
        </>
      )}
    </EditDialog>
  );
}
