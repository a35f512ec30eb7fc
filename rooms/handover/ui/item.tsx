// One matter that is handed over: why, what, whose, what comes next, what was said of it, and the buttons to verify it.
import { Button, Input } from "antd";
import { Check, CircleHelp, History } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Mark } from "@kit";
import { useAgents, useQueues, useUnits } from "@lib/directory";
import { useSubtypes, type EscalationMatter, type Item, type OrderMatter, type OwedMatter, type Pressed } from "./api";
import { Short, VerdictMark, WhyMark } from "./marks";

function Press({ label, pressed }: { label: string; pressed: Pressed }) {
  const { t } = useTranslation("handover");
  return (
    <p className="handover-press">
      <b>{label}</b> <Short at={pressed.at} /> {pressed.words}
      {pressed.answer ? <> · {t("item.answered")} {pressed.answer}</> : <span className="muted"> · {t("item.no_answer")}</span>}
    </p>
  );
}

function OrderFacts({ matter, item }: { matter: OrderMatter; item: Item }) {
  const { t } = useTranslation("handover");
  const [agents, units, subtype] = [useAgents(), useUnits(), useSubtypes()];
  const went = item.now && item.now.state !== matter.state ? item.now : null;
  return (
    <>
      <div className="handover-facts">
        <span>{t(`order_state.${matter.state as "accepted"}`)}{went && <b> → {t(`order_state.${went.state as "accepted"}`)}</b>}</span>
        <span>{subtype(matter.subtype)}{matter.area && ` · ${matter.area}`}</span>
        <span>{units.name(went ? went.unit : matter.unit) ?? t("item.no_unit")}{matter.handler && ` · ${agents.name(matter.handler) ?? ""}`}</span>
        <span>{matter.next ? <>{t("item.next")} <b>{t(`step.${matter.next.step as "take"}`)}</b> <Short at={matter.next.due} /></> : t("item.no_next")}</span>
      </div>
      <p className="handover-content">{matter.content}</p>
      {matter.urged && <Press label={t("item.urged", { count: matter.urges })} pressed={matter.urged} />}
      {matter.supervised && <Press label={t("item.supervised")} pressed={matter.supervised} />}
    </>
  );
}

function OwedFacts({ matter }: { matter: OwedMatter }) {
  const { t } = useTranslation("handover");
  const [agents, queues] = [useAgents(), useQueues()];
  return (
    <div className="handover-facts">
      <span>{t(`owed_kind.${matter.kind as "callback"}`)}</span>
      <span>{queues.name(matter.queue)}</span>
      <span>{t("item.since")} <Short at={matter.at} /></span>
      <span>{t("item.tries", { times: matter.times, tries: matter.tries })}</span>
      {matter.taken_by && <span>{t("item.taken", { who: agents.name(matter.taken_by) })}</span>}
    </div>
  );
}

function EscalationFacts({ matter: { matter, ...of } }: { matter: EscalationMatter }) {
  const { t } = useTranslation("handover");
  const agents = useAgents();
  const about = matter.of === "order" ? matter.number : matter.of === "area" ? matter.area : matter.of === "queue" ? matter.name : matter.of === "desk" ? agents.name(matter.person) : "";
  return (
    <div className="handover-facts">
      <span>{t(`called.matter.${matter.of}`)} {about}</span>
      <span>{t(`called.ground.${of.ground as "other"}`)}</span>
      <span>{t(`called.state.${of.state as "waiting"}`)} · {t(`called.rung.${of.rung as "team_leader"}`)}</span>
      <span><b>{of.waits_for ? t(of.state === "waiting" ? "called.waits" : "called.has", { who: agents.name(of.waits_for) }) : t("called.nobody")}</b>{of.due && <> <Short at={of.due} /></>}</span>
      <span>{t("item.since")} <Short at={of.begun_at} /></span>
    </div>
  );
}

/** What is to be done next, written while the shift works; kept when the field is left. */
function Remark({ item, onRemark }: { item: Item; onRemark: (text: string) => void }) {
  const { t } = useTranslation("handover");
  const [text, setText] = useState(item.remark);
  const wanted = item.why.includes("emergency");
  return (
    <Input
      aria-label={t("item.remark_for", { number: item.matter.number })}
      placeholder={t(wanted ? "item.remark_wanted" : "item.remark_hint")}
      value={text}
      maxLength={500}
      {...(wanted && !text.trim() ? { status: "warning" as const } : {})}
      onChange={(event) => setText(event.target.value)}
      onPressEnter={(event) => !event.nativeEvent.isComposing && event.currentTarget.blur()}
      onBlur={() => text.trim() !== item.remark && onRemark(text)}
    />
  );
}

interface Props {
  item: Item;
  selected: boolean;
  /** Of a draft. */
  onRemark?: ((text: string) => void) | undefined;
  /** Of whoever verifies. */
  onAccept?: (() => void) | undefined;
  onQuery?: (() => void) | undefined;
  /** Of whoever handed over. */
  onAnswer?: (() => void) | undefined;
  onSelect: () => void;
}

export function ItemCard({ item, selected, onRemark, onAccept, onQuery, onAnswer, onSelect }: Props) {
  const { t } = useTranslation("handover");
  const agents = useAgents();
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if (selected && !card.current?.contains(document.activeElement)) card.current?.focus({ preventScroll: false });
  }, [selected]);
  const { matter, verdict } = item;
  const to = matter.of === "order" ? `/work_orders/${matter.order}` : matter.of === "escalation" ? `/escalations/${matter.escalation}` : "/calls/owed";
  const queried = verdict?.is === "queried" ? verdict : null;
  return (
    <article ref={card} className="handover-item" tabIndex={-1} aria-current={selected || undefined} data-verdict={verdict?.is ?? "none"} onClick={onSelect}>
      <span className="handover-seq muted">{item.seq}</span>
      <div className="stack" style={{ gap: 4 }}>
        <div className="row tight wrap">
          <Link to={to} className="nowrap">{matter.number}</Link>
          {item.why.map((why) => <WhyMark key={why} why={why} />)}
          {item.late && <Mark tone="hold" icon={History}>{t("item.late")}</Mark>}
        </div>
        {matter.of === "order" ? <OrderFacts matter={matter} item={item} /> : matter.of === "escalation" ? <EscalationFacts matter={matter} /> : <OwedFacts matter={matter} />}
        {onRemark ? <Remark key={item.about} item={item} onRemark={onRemark} /> : item.remark && <p className="handover-remark"><b>{t("item.remark")}</b> {item.remark}</p>}
        {queried && (
          <div className="handover-query">
            <p><b>{agents.name(queried.by)}</b> <Short at={queried.at} />：{queried.question}</p>
            {queried.answer && <p><b>{agents.name(queried.answer.by)}</b> <Short at={queried.answer.at} />：{queried.answer.text}</p>}
          </div>
        )}
      </div>
      <div className="handover-verdict">
        {verdict && <VerdictMark verdict={verdict} />}
        {onAccept && (
          <span className="row tight">
            <Button size="small" type={verdict ? "default" : "primary"} disabled={verdict?.is === "accepted"} icon={<Check size={14} aria-hidden />} onClick={onAccept}>{t("act.accept")}</Button>
            <Button size="small" icon={<CircleHelp size={14} aria-hidden />} onClick={onQuery}>{t("act.query")}</Button>
          </span>
        )}
        {onAnswer && queried && !queried.answer && <Button size="small" type="primary" onClick={onAnswer}>{t("act.answer")}</Button>}
      </div>
    </article>
  );
}
