// A unit asks for more time: what it wants and why, and the answer, where one stands.
import { Button, Input } from "antd";
import { AlarmClockOff, CircleCheckBig, CircleX, Hourglass, PhoneOff } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Field, Mark, Notice } from "@kit";
import { EditDialog } from "@kit/dialog";
import { useNowEvery } from "@lib/clock";
import { useAgents, useUnits } from "@lib/directory";
import { moment } from "@lib/format";
import { ActDialog } from "../acts/dialog";
import { useSendLater } from "../acts/send";
import { useWaiting } from "../acts/undo";
import { doAct, newToken, type Order, type OrderLine, type TimeAsked } from "../api";
import { limitWords } from "../limits";
import { when } from "../marks";
import { isOver, lastAnswer } from "./answer";

type Asking = Pick<OrderLine, "id" | "number" | "version"> & { time_asked: TimeAsked };
export const isAsking = <O extends Pick<OrderLine, "time_asked">>(order: O): order is O & { time_asked: TimeAsked } => order.time_asked !== null;

/** Whether the customer knows, in the unit's words. */
function Told({ asked }: { asked: TimeAsked }) {
  const { t } = useTranslation("work_orders");
  if (asked.told_customer) return <Mark tone="ready" icon={CircleCheckBig}>{t("time_asked.told", { told: asked.told })}</Mark>;
  return <Mark tone="rest" icon={PhoneOff}>{asked.told ? t("time_asked.untold", { told: asked.told }) : t("time_asked.nobody")}</Mark>;
}

export function RefuseDialog({ order, onClose }: { order: Asking; onClose: () => void }) {
  const { t } = useTranslation("work_orders");
  const [token] = useState(newToken);
  const [reason, setReason] = useState("");
  const ready = [...reason.trim()].length >= 4;
  return (
    <EditDialog title={`${t("act.refuse_time")} · ${order.number}`} save={t("act.refuse_time")} saved={t("done", { act: t("act.refuse_time") })} ready={ready} onClose={onClose} onSave={() => doAct(order, { act: "refuse_time", reason: reason.trim() }, token)}>
      <Field label={t("ask.reason")} htmlFor="refuse-time" required help={t("help.refuse_time")}>
        <Input.TextArea id="refuse-time" autoFocus maxLength={200} autoSize={{ minRows: 2, maxRows: 6 }} value={reason} onChange={(event) => setReason(event.target.value)} />
      </Field>
    </EditDialog>
  );
}

/** As asked, or not: granted with one press, which can be taken back for some seconds. What would be over already is set anew, where the whole order is at hand. */
export function Answer({ order, whole }: { order: Asking; whole?: Order }) {
  const { t } = useTranslation("work_orders");
  const sendLater = useSendLater();
  const [open, setOpen] = useState<"set" | "refuse" | null>(null);
  const waits = useWaiting(order.id);
  const over = isOver(order.time_asked, useNowEvery(10));
  if (waits) return <Mark tone="wrap" icon={Hourglass}>{t("undo.waits")}</Mark>;
  const { by, reason } = order.time_asked;
  const barred = whole?.allowed.find(({ act }) => act === "extend")?.barred;
  const bar = { disabled: barred !== undefined, title: barred && t(`bar.${barred}` as "bar.overdue") };
  return (
    <span className="row tight">
      {!over ? (
        <Button size="small" type="primary" {...bar} onClick={() => sendLater(order, { act: "extend", by, reason }, newToken())}>
          {t("time_asked.grant")}
        </Button>
      ) : whole ? (
        <Button size="small" type="primary" {...bar} onClick={() => setOpen("set")}>
          {t("time_asked.set")}
        </Button>
      ) : (
        <Link to={`/work_orders/${order.number}`}>{t("time_asked.set")}</Link>
      )}
      <Button size="small" onClick={() => setOpen("refuse")}>
        {t("time_asked.refuse")}
      </Button>
      {open === "refuse" && <RefuseDialog order={order} onClose={() => setOpen(null)} />}
      {open === "set" && whole && <ActDialog verb="extend" order={whole} onClose={() => setOpen(null)} />}
    </span>
  );
}

/** Why it cannot be granted as asked, and what can be. */
function Over({ order: { time_asked: asked, more_time: most, more_least: least } }: { order: Order & { time_asked: TimeAsked } }) {
  const { t } = useTranslation("work_orders");
  if (!isOver(asked, useNowEvery(10)) || asked.until === null) return null;
  const may = most && least ? t("time_asked.over_may", { least: limitWords(least, t), most: limitWords(most, t) }) : t("time_asked.over_never");
  return <p>{t("time_asked.over", { at: moment(asked.until, false) })}{may}</p>;
}

/** In the list of those that wait. */
export function AskedCell({ order, now }: { order: OrderLine; now: number }) {
  const { t } = useTranslation("work_orders");
  const agents = useAgents();
  if (!isAsking(order)) return <span className="muted">—</span>;
  const { time_asked: asked } = order;
  return (
    <span className="order-topic wide">
      <span className="row tight wrap">
        <b>{t("time_asked.wants", { by: limitWords(asked.by, t) })}</b>
        <span className="muted">{agents.name(asked.who)}</span>
        <span>{t("time_asked.until", { at: when(asked.due, now) })}</span>
        {isOver(asked, now) && <Mark tone="busy" icon={AlarmClockOff}>{t("time_asked.over_mark")}</Mark>}
      </span>
      <span className="clip" title={asked.reason}>{asked.reason}</span>
      <Told asked={asked} />
    </span>
  );
}

/** On the order's page: the open request with its answer, or why there was none. */
export function AskedPart({ order }: { order: Order }) {
  const { t } = useTranslation("work_orders");
  const units = useUnits();
  const agents = useAgents();
  if (isAsking(order)) {
    const asked = order.time_asked;
    const answers = order.allowed.some(({ act }) => act === "refuse_time");
    const by = limitWords(asked.by, t);
    const at = moment(asked.due, false);
    const who = [units.name(asked.unit), agents.name(asked.who)].filter(Boolean).join(" ");
    return (
      <Notice tone="wrap" icon={Hourglass} title={answers ? t("time_asked.title", { who, by, at }) : t("time_asked.waits", { by, at })} action={answers ? <Answer order={order} whole={order} /> : undefined}>
        {asked.reason} <Told asked={asked} />
        {answers && <Over order={order} />}
      </Notice>
    );
  }
  const refused = lastAnswer(order.steps);
  if (refused?.verb !== "refuse_time") return null;
  return (
    <Notice tone="rest" icon={CircleX} title={t("time_asked.refused")}>
      {String(refused.act?.reason ?? "")} <span className="muted">{agents.name(refused.who)} {moment(refused.at, false)}</span>
    </Notice>
  );
}
