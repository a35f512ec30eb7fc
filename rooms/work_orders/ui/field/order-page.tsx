// One order on a phone: where, who, what, until when; what is to be done next is the big button below.
import { Camera, CirclePlay, ClipboardCheck, Copy, Ellipsis, Footprints, HandHelping, Hourglass, MapPin, MessageSquareReply, MessageSquareText, PenLine, Phone as PhoneIcon, PhoneOutgoing, Timer as TimerIcon, Undo2, type LucideIcon } from "lucide-react";
import { App } from "antd";
import { useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";
import { Notice } from "@kit";
import { clock, moment } from "@lib/format";
import { untoldUntil } from "../promise";
import { limitWords } from "../limits";
import { lastAnswer } from "../time/answer";
import { foremost } from "./ahead";
import { Big, DangerMark, Left, Missing, Pictures, Screen, sinceOf, StateMark, useTitle, useWords } from "./parts";
import { held } from "./queue";
import type { FieldAct, Order, Subtypes } from "./types";
import { entryOf, useOrder } from "./use-field";
import { EntryCard } from "./entry-card";

const icons: Record<string, LucideIcon> = {
  take: HandHelping,
  resume: CirclePlay,
  leave: Footprints,
  arrive: MapPin,
  begin: CirclePlay,
  estimate: TimerIcon,
  give_result: ClipboardCheck,
  contact: PhoneOutgoing,
  ask_time: Hourglass,
  note: MessageSquareText,
  send_back: Undo2,
  answer_urge: MessageSquareReply,
  reply_supervision: MessageSquareReply,
};
/** Done with one tap: they say nothing but that they are done. */
const AT_ONCE = ["take", "begin", "resume"];
/** As offered behind “more”. */
const OFFERED = ["take", "resume", "leave", "arrive", "begin", "estimate", "contact", "ask_time", "give_result", "answer_urge", "reply_supervision", "note", "send_back"];
/** Barred because there is nothing to do: not worth a line on a telephone. */
const IDLE = ["nothing_to_answer", "has_left", "no_more_time"];
const STEPS = 12;

/** The telephone's own map; no address goes to a map's web site. */
function mapLink(address: string): string {
  const apple = /iPhone|iPad|Macintosh/.test(navigator.userAgent);
  return apple ? `maps://?q=${encodeURIComponent(address)}` : `geo:0,0?q=${encodeURIComponent(address)}`;
}

function Where({ order }: { order: Order }) {
  const { t } = useTranslation("work_orders");
  const { message } = App.useApp();
  const { address, contact } = order.matter;
  const dial = contact.phone && !contact.phone.includes("*") ? contact.phone.replace(/[^\d+]/g, "") : null;
  return (
    <section className="crew-panel" aria-label={t("field.order.address")}>
      <p className="where">{address || "—"}</p>
      {address && (
        <div className="pair">
          <a className="crew-big" href={mapLink(address)}>
            <MapPin size={20} aria-hidden />
            <span>{t("field.order.map")}</span>
          </a>
          <Big icon={Copy} onClick={() => void navigator.clipboard?.writeText(address).then(() => message.success(t("field.order.copied")))}>
            {t("field.order.copy")}
          </Big>
        </div>
      )}
      {dial ? (
        <a className="crew-big" href={`tel:${dial}`}>
          <PhoneIcon size={20} aria-hidden />
          <span>
            {t("field.order.call", { name: contact.name })}
            <small>{contact.phone}</small>
          </span>
        </a>
      ) : (
        (contact.name || contact.phone) && (
          <p className="muted">
            {t("field.order.contact")} {contact.name} {contact.phone} {contact.phone && `（${t("field.order.masked")}）`}
          </p>
        )
      )}
    </section>
  );
}

function Said({ order, subtypes }: { order: Order; subtypes: Subtypes }) {
  const { t } = useTranslation("work_orders");
  const words = useWords();
  const known = subtypes[order.subtype]?.fields ?? [];
  const fields = Object.entries(order.matter.fields).filter(([, value]) => value !== "");
  const value = (key: string, text: string) => {
    const field = known.find((one) => one.key === key);
    if (field?.kind === "yes_no") return text === "yes" || text === "true" ? t("field.order.yes") : t("field.order.no");
    return words(field?.options.find((option) => option.key === text)?.title, text);
  };
  return (
    <section className="crew-panel">
      <h2>{t("field.order.matter")}</h2>
      <p className="said">{order.matter.content}</p>
      {fields.length > 0 && (
        <dl className="crew-facts">
          {fields.map(([key, text]) => (
            <div key={key}>
              <dt>{words(known.find((one) => one.key === key)?.title, key)}</dt>
              <dd>{value(key, text)}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

function Promises({ order }: { order: Order }) {
  const { t } = useTranslation("work_orders");
  const running = order.clocks.filter(({ standing, clock: of }) => standing === "running" && of !== "customer").sort((a, b) => Date.parse(a.due) - Date.parse(b.due));
  const times: [string, string | null][] = [
    [t("field.order.left_at"), order.left_at],
    [t("field.order.arrived_at"), order.arrived_at],
    [t("field.order.estimate"), order.estimate],
  ];
  return (
    <section className="crew-panel" aria-label={t("field.order.promise")}>
      {order.due && (
        <div className="crew-due">
          <span className="strong">{order.due_step ? t(`field.due.${order.due_step}`) : t("field.order.promise")}</span>
          <Left bar since={sinceOf(order)} due={order.due} />
        </div>
      )}
      <dl className="crew-facts">
        {running
          .filter(({ due }) => due !== order.due)
          .slice(0, 3)
          .map(({ step, due, clock: of }) => (
            <div key={step + of + due}>
              <dt>{t(`field.due.${step}`)}</dt>
              <dd>{t("field.due_at", { at: moment(due, false) })}</dd>
            </div>
          ))}
        {times.map(([label, at]) =>
          at ? (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{moment(at, false)}</dd>
            </div>
          ) : null,
        )}
      </dl>
    </section>
  );
}

/** What presses, and the way to its answer. */
function Pressed({ order }: { order: Order }) {
  const { t } = useTranslation("work_orders");
  const notice = (key: string, title: string, words: string, act: string, label: string) => (
    <Notice
      key={key}
      tone="busy"
      title={title}
      action={
        <Link className="crew-small" to={`/field/${order.id}/${act}`}>
          {label}
        </Link>
      }
    >
      {words}
    </Notice>
  );
  const may = (act: string) => order.allowed.some((one) => one.act === act && !one.barred);
  return (
    <>
      {may("answer_urge") && order.urged.filter(({ answer }) => answer === null).map(({ at, words }) => notice(at, t("field.order.urge"), words, "answer_urge", t("field.act.answer_urge")))}
      {may("reply_supervision") && order.supervisions.filter(({ reply }) => reply === null).map(({ at, action, due }) => notice(at, t("field.order.supervision"), `${action}（${t("field.due_at", { at: clock(due, false) })}）`, "reply_supervision", t("field.act.reply_supervision")))}
    </>
  );
}

/** What has become of the request for more time. */
function MoreTime({ order }: { order: Order }) {
  const { t } = useTranslation("work_orders");
  const asked = order.time_asked;
  if (asked) {
    const by = limitWords(asked.by, t);
    return (
      <Notice tone="wrap" icon={Hourglass} title={asked.due ? t("time_asked.waits", { by, at: moment(asked.due, false) }) : t("time_asked.wants", { by })}>
        {asked.reason}
      </Notice>
    );
  }
  const answer = lastAnswer(order.steps);
  if (!answer) return null;
  return (
    <Notice tone={answer.verb === "extend" ? "ready" : "busy"} icon={Hourglass} title={t(answer.verb === "extend" ? "time_asked.granted" : "time_asked.refused")}>
      {typeof answer.act?.reason === "string" ? answer.act.reason : ""}
    </Notice>
  );
}

function History({ order }: { order: Order }) {
  const { t } = useTranslation("work_orders");
  const said = (act: Record<string, unknown> | null) => ["note", "text", "words", "why", "reply", "action", "reason"].map((key) => act?.[key]).find((text): text is string => typeof text === "string" && text !== "");
  const steps = [...order.steps].reverse().slice(0, STEPS);
  return (
    <details className="crew-panel">
      <summary>
        {t("field.order.history")}（{order.steps.length}）
      </summary>
      <ol className="crew-steps">
        {steps.map(({ seq, at, verb, act }) => (
          <li key={seq}>
            <time dateTime={at} className="muted">
              {moment(at, false)}
            </time>
            <b>{t(`field.verb.${verb}`)}</b>
            {said(act) && <span>{said(act)}</span>}
          </li>
        ))}
      </ol>
    </details>
  );
}

function Actions({ order, onAct }: { order: Order; onAct: (act: string) => void }) {
  const { t } = useTranslation("work_orders");
  const sheet = useRef<HTMLDialogElement>(null);
  const first = foremost(order);
  const may = new Map(order.allowed.map(({ act, barred }) => [act, barred]));
  const more = OFFERED.filter((act) => may.has(act) && act !== first && !IDLE.includes(may.get(act) ?? ""));
  const files = may.has("attach") && !may.get("attach");
  const quick = (act: string, Icon: LucideIcon, open: boolean) => (
    <button type="button" onClick={() => onAct(act)} disabled={!open}>
      <Icon size={22} aria-hidden />
      {t(`field.act.${act}`)}
    </button>
  );
  const choose = (act: string) => {
    sheet.current?.close();
    onAct(act);
  };
  return (
    <>
      <div className="crew-quick">
        {quick("photo", Camera, files)}
        {quick("signature", PenLine, files)}
        {quick("note", MessageSquareText, may.has("note"))}
        <button type="button" aria-haspopup="dialog" onClick={() => sheet.current?.showModal()}>
          <Ellipsis size={22} aria-hidden />
          {t("field.act.more")}
        </button>
      </div>
      {first && (
        <Big primary icon={icons[first] ?? ClipboardCheck} onClick={() => onAct(first)}>
          {t(`field.act.${first}`)}
        </Big>
      )}
      <dialog ref={sheet} className="crew-sheet" aria-label={t("field.act.more")} onClick={(event) => event.target === sheet.current && sheet.current.close()}>
        <div>
          {more.map((act) => {
            const barred = may.get(act);
            return (
              <Big key={act} icon={icons[act] ?? ClipboardCheck} why={barred ? t(`bar.${barred}`) : undefined} onClick={() => choose(act)}>
                {t(`field.act.${act}`)}
              </Big>
            );
          })}
          <Big onClick={() => sheet.current?.close()}>{t("field.back")}</Big>
        </div>
      </dialog>
    </>
  );
}

function Panel({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="crew-panel">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

export default function OrderPage() {
  const { t } = useTranslation("work_orders");
  const { id } = useParams();
  const { order, own, ready, subtypes, sync, store, entries, underway } = useOrder(id);
  const { message } = App.useApp();
  const navigate = useNavigate();
  const title = useTitle(subtypes);
  const busy = useRef(false);
  if (!order || !sync) return <Missing ready={ready} />;

  async function act(name: string): Promise<void> {
    if (!order || !sync) return;
    if (!AT_ONCE.includes(name)) return void navigate(`/field/${order.id}/${name}`);
    // A second tap of a nervous thumb is not a second entry.
    if (busy.current) return;
    busy.current = true;
    try {
      await sync.keep(entryOf(order, { act: name } as FieldAct));
      message.success(t("field.form.kept"));
    } catch {
      message.error(t("field.form.not_kept"));
    } finally {
      busy.current = false;
    }
  }

  const behind = held(entries);
  const call = untoldUntil(order.clocks);
  return (
    <Screen
      title={`${title(order)} ${order.number}`}
      heading={
        <>
          {title(order)} <small className="muted">{order.number}</small>
        </>
      }
      back="/field"
      foot={<Actions order={order} onAct={(name) => void act(name)} />}
    >
      <p className="crew-marks">
        {order.matter.danger && <DangerMark />}
        <StateMark state={order.state} />
        {own.some(({ standing }) => standing.is === "waiting") && <span className="count">{t("field.order.ahead")}</span>}
      </p>
      <Pressed order={order} />
      <MoreTime order={order} />
      {call && (
        <Notice tone="wrap" icon={PhoneOutgoing} title={t("untold.title")}>
          {t("untold.text", { at: moment(call, false) })}
        </Notice>
      )}
      <Promises order={order} />
      <Where order={order} />
      <Said order={order} subtypes={subtypes} />
      {own.length > 0 && (
        <Panel title={t("field.order.waiting")}>
          <ul className="crew-entries">
            {own.map((entry) => (
              <EntryCard key={entry.seq} entry={entry} sync={sync} behind={behind.has(entry.seq)} underway={underway === entry.seq} />
            ))}
          </ul>
        </Panel>
      )}
      {(order.attachments.length > 0 || own.some(({ what }) => "file" in what)) && (
        <Panel title={t("field.order.files")}>
          <Pictures order={order} own={own} store={store} />
        </Panel>
      )}
      {order.result && (
        <Panel title={t("field.order.result")}>
          <p>{order.result.cause}</p>
          <p>{order.result.action}</p>
          {order.result.evidence && <p className="muted">{order.result.evidence}</p>}
        </Panel>
      )}
      <History order={order} />
    </Screen>
  );
}
