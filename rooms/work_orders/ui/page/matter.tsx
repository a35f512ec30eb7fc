// The matter of an order as it was accepted: masked, until somebody says why it must be seen.
import { Button, Input } from "antd";
import { Eye, Flame, LockKeyhole, PhoneCall, ShieldUser, UserRound } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Facts, Field, Mark, Moment, Panel } from "@kit";
import { EditDialog } from "@kit/dialog";
import { useAgents } from "@lib/directory";
import { useMay } from "@lib/session";
import { said } from "@lib/words";
import { unmask, useSubtypes, type Matter, type Order } from "../api";
import { UNMASK } from "../permissions";

function UnmaskDialog({ order, onClose, onSeen }: { order: Order; onClose: () => void; onSeen: (matter: Matter) => void }) {
  const { t } = useTranslation("work_orders");
  const [reason, setReason] = useState("");
  return (
    <EditDialog title={t("unmask.title")} save={t("unmask.do")} saved={t("unmask.done")} ready={reason.trim().length >= 2} onClose={onClose} onSave={async () => onSeen(await unmask(order.id, reason.trim()))}>
      <p>{t("unmask.consequence")}</p>
      <Field label={t("ask.reason")} htmlFor="unmask-reason" required>
        <Input id="unmask-reason" autoFocus maxLength={200} value={reason} onChange={(event) => setReason(event.target.value)} />
      </Field>
    </EditDialog>
  );
}

/** The value of a field in words. */
function useValue(subtype: string) {
  const { t: app } = useTranslation("app");
  const found = useSubtypes().find(subtype);
  return (key: string, value: string): [string, ReactNode] => {
    const field = found?.fields.find((one) => one.key === key);
    const option = field?.options.find((one) => one.key === value);
    const shown = field?.kind === "yes_no" ? (value === "yes" ? app("yes") : app("no")) : field?.kind === "date_time" ? value.replace("T", " ") : option ? said(option.title) : value;
    return [field ? said(field.title) : key, shown];
  };
}

export function MatterPart({ order }: { order: Order }) {
  const { t } = useTranslation("work_orders");
  const may = useMay(UNMASK);
  const agents = useAgents();
  const value = useValue(order.subtype);
  const [seen, setSeen] = useState<Matter | null>(null);
  const [asking, setAsking] = useState(false);
  const matter = seen ?? order.matter;
  const hidden = matter.privacy !== "open" && matter.contact.phone === "" && matter.privacy !== "anonymous";
  return (
    <Panel
      title={t("part.matter")}
      extra={
        may &&
        !order.whole &&
        !seen &&
        !hidden && (
          <Button size="small" icon={<Eye size={15} aria-hidden />} onClick={() => setAsking(true)}>
            {t("unmask.button")}
          </Button>
        )
      }
    >
      <div className="stack">
        <p className="order-content">{matter.content}</p>
        <Facts
          items={[
            [t("matter.contact"), matter.privacy === "anonymous" ? t("privacy.anonymous") : hidden ? <Mark key="hidden" tone="offline" icon={LockKeyhole}>{t("matter.hidden")}</Mark> : matter.contact.name || null],
            [t("matter.phone"), matter.contact.phone || null],
            [t("matter.address"), matter.address || null],
            [t("matter.area"), matter.area || null],
            [t("matter.site"), t(`site.${matter.site}`)],
            [t("matter.urgency"), matter.danger ? <Mark key="danger" tone="busy" icon={Flame}>{t("danger")}</Mark> : t(`urgency.${matter.urgency}`)],
            ...(matter.kind === "complaint" ? ([[t("matter.level"), t(`level.${matter.level}`)]] as [string, ReactNode][]) : []),
            ...(matter.emotion !== "calm" ? ([[t("matter.emotion"), t(`emotion.${matter.emotion}`)]] as [string, ReactNode][]) : []),
            ...(matter.privacy !== "open" ? ([[t("matter.privacy"), t(`privacy.${matter.privacy}`)]] as [string, ReactNode][]) : []),
            ...(matter.about ? ([[t("matter.about"), <Mark key="about" tone="wrap" icon={ShieldUser}>{agents.name(matter.about)}</Mark>]] as [string, ReactNode][]) : []),
            [t("matter.reply_wanted"), matter.reply_wanted ? t("yes") : t("no")],
            ...Object.entries(matter.fields).map(([key, text]) => value(key, text)),
          ]}
        />
        <div className="row wrap inline-links">
          {matter.customer && (
            <Link className="row tight" to={`/customers/${matter.customer}`}>
              <UserRound size={15} aria-hidden /> {t("to_customer")}
            </Link>
          )}
          {matter.call && (
            <Link className="row tight" to={`/calls/${matter.call}`}>
              <PhoneCall size={15} aria-hidden /> {t("to_call")}
            </Link>
          )}
          <span className="muted">
            {t(`channel.${matter.channel}`)} · <Moment at={order.accepted_at} seconds={false} /> · {agents.name(order.accepted_by) ?? t("by_itself")}
          </span>
        </div>
      </div>
      {asking && <UnmaskDialog order={order} onClose={() => setAsking(false)} onSeen={setSeen} />}
    </Panel>
  );
}
