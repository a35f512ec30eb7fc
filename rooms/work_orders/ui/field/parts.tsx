// What the field's pages are made of.
import { ArrowLeft, Clock, ImageOff, Siren, type LucideIcon } from "lucide-react";
import { useEffect, useRef, useState, useSyncExternalStore, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Empty, Mark, Skeletons, type Tone } from "@kit";
import { phoneNow } from "@lib/clock";
import { clock, moment, span } from "@lib/format";
import { isDone } from "./ahead";
import type { Store } from "./store";
import { leftOf } from "./time";
import { isFile, type Entry, type Order, type Subtypes, type Words } from "./types";
import "./field.css";

type Tick = () => void;
const ticking = new Set<Tick>();
let timer: ReturnType<typeof setInterval> | undefined;
function everySecond(tick: Tick): () => void {
  ticking.add(tick);
  timer ??= setInterval(() => ticking.forEach((one) => one()), 1000);
  return () => {
    ticking.delete(tick);
    if (ticking.size === 0) timer = void clearInterval(timer);
  };
}
const minute = () => Math.floor(phoneNow() / 60_000) * 60_000;
/** The present minute, by the telephone's corrected clock. */
export const useMinute = () => useSyncExternalStore(everySecond, minute);

/** A page of the field: its way back, its heading, its content, and what is done with it, where the thumb is. */
export function Screen({ title, heading, back, extra, children, foot }: { title: string; heading?: ReactNode; back?: string; extra?: ReactNode; children: ReactNode; foot?: ReactNode }) {
  const { t } = useTranslation("work_orders");
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <div className="crew">
      <div className="crew-head">
        {back && (
          <Link to={back} className="crew-back" aria-label={t("field.back")}>
            <ArrowLeft size={22} aria-hidden />
          </Link>
        )}
        <h1>{heading ?? title}</h1>
        {extra}
      </div>
      <div className="crew-body">{children}</div>
      {foot && <div className="crew-foot">{foot}</div>}
    </div>
  );
}

/** While the telephone is being read, and when it does not have the order. */
export function Missing({ ready, back = "/field" }: { ready: boolean; back?: string }) {
  const { t } = useTranslation("work_orders");
  if (!ready) {
    return (
      <Screen title={t("field.loading")} back={back}>
        <Skeletons lines={6} height={26} />
      </Screen>
    );
  }
  return (
    <Screen title={t("field.gone.title")} back={back}>
      <Empty icon={ImageOff} title={t("field.gone.title")}>
        {t("field.gone.text")}
      </Empty>
    </Screen>
  );
}

export function useWords(): (words: Words | undefined, otherwise: string) => string {
  const { i18n } = useTranslation("work_orders");
  return (words, otherwise) => (words ? (i18n.language === "en" ? words.en || words.zh : words.zh) : "") || otherwise;
}

/** What an order is about, in two or three words; a code only where nobody knows the words, not while they are on their way. */
export function useTitle(subtypes: Subtypes): (order: { subtype: string }) => string {
  const words = useWords();
  const here = Object.keys(subtypes).length > 0;
  return ({ subtype }) => words(subtypes[subtype]?.title, here ? subtype : "");
}

const stateTone: Record<string, Tone> = { dispatched: "wrap", taken: "call", arrived: "call", in_work: "call", suspended: "hold", result_given: "ready", in_review: "ready", to_call_back: "ready" };

export function StateMark({ state }: { state: string }) {
  const { t } = useTranslation("work_orders");
  return (
    <Mark chip tone={stateTone[state] ?? "offline"} icon={Clock}>
      {t(`field.state.${state}`)}
    </Mark>
  );
}

export function DangerMark() {
  const { t } = useTranslation("work_orders");
  return (
    <Mark chip tone="busy" icon={Siren}>
      {t("field.danger")}
    </Mark>
  );
}

/** Since when the next promise runs: its own clock's beginning. */
export function sinceOf(order: Order): string | null {
  return order.clocks.find(({ due, standing }) => standing === "running" && due === order.due)?.since ?? order.accepted_at;
}

/** What is left of the next promise: writes itself each second, renders nothing. */
export function Left({ since, due, bar = false }: { since: string | null; due: string; bar?: boolean }) {
  const { t } = useTranslation("work_orders");
  const element = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const show = () => {
      const { left, share, nearness } = leftOf(since, due, phoneNow());
      const box = element.current;
      if (!box) return;
      const time = span(left, "seconds");
      const text = nearness === "over" ? t("field.over", { time }) : t("field.left", { time });
      const [word, line] = [box.firstElementChild, box.lastElementChild as HTMLElement | null];
      if (word && word.textContent !== text) word.textContent = text;
      if (box.dataset.near !== nearness) box.dataset.near = nearness;
      line?.style.setProperty("--share", `${Math.round(share * 100)}%`);
    };
    show();
    return everySecond(show);
  }, [since, due, t]);
  return (
    <span ref={element} className={bar ? "crew-left bar" : "crew-left"}>
      <time dateTime={due} title={moment(due)} />
      <span className="line" aria-hidden />
    </span>
  );
}

/** `到场 15:40 前` */
export function DueWord({ order }: { order: Order }) {
  const { t } = useTranslation("work_orders");
  if (!order.due || isDone(order)) return null;
  return (
    <span className="muted nowrap">
      {order.due_step ? t(`field.due.${order.due_step}`) : null} {t("field.due_at", { at: clock(order.due, false) })}
    </span>
  );
}

/** A large button with an icon; greyed with its reason beside it. */
export function Big({ icon: Icon, children, onClick, primary = false, why, disabled = false, type = "button" }: { icon?: LucideIcon; children: ReactNode; onClick?: () => void; primary?: boolean; why?: string | undefined; disabled?: boolean; type?: "button" | "submit" }) {
  return (
    <button type={type} className={primary ? "crew-big primary" : "crew-big"} onClick={onClick} disabled={disabled || Boolean(why)}>
      {Icon && <Icon size={20} aria-hidden />}
      <span>
        {children}
        {why && <small>{why}</small>}
      </span>
    </button>
  );
}

/** A picture that is still on the telephone. */
function Kept({ entry, store, alt }: { entry: Entry; store: Store; alt: string }) {
  const [address, setAddress] = useState<string | null>(null);
  const mime = isFile(entry.what) ? entry.what.mime : "image/jpeg";
  useEffect(() => {
    let made: string | null = null;
    let gone = false;
    void store.file(entry.token).then((bytes) => {
      if (!bytes || gone) return;
      made = URL.createObjectURL(new Blob([bytes], { type: mime }));
      setAddress(made);
    });
    return () => {
      gone = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [entry.token, mime, store]);
  return address ? <img src={address} alt={alt} data-kept /> : <span className="blank" />;
}

function Sent({ address, alt, missing }: { address: string; alt: string; missing: string }) {
  const [failed, setFailed] = useState(false);
  return failed ? (
    <span className="blank" role="img" aria-label={alt}>
      <ImageOff size={18} aria-hidden />
      {missing}
    </span>
  ) : (
    <img src={address} alt={alt} loading="lazy" onError={() => setFailed(true)} />
  );
}

/** Photos and signatures: those the server has, then those that wait. */
export function Pictures({ order, own, store }: { order: Order; own: Entry[]; store: Store | null }) {
  const { t } = useTranslation("work_orders");
  const kept = own.filter(({ what }) => isFile(what));
  const sent = order.attachments.filter(({ mime }) => mime.startsWith("image/"));
  if (kept.length + sent.length === 0) return null;
  return (
    <ul className="crew-pictures">
      {sent.map(({ id, what }, i) => (
        <li key={id} data-what={what}>
          <Sent address={`/api/work_orders/${order.id}/attachments/${id}`} alt={what === "signature" ? t("field.act.signature") : t("field.photo.alt", { n: i + 1 })} missing={t("field.photo.missing")} />
        </li>
      ))}
      {kept.map((entry, i) => (
        <li key={entry.token} data-what={isFile(entry.what) ? entry.what.file : undefined} data-waits>
          {store && <Kept entry={entry} store={store} alt={isFile(entry.what) && entry.what.file === "signature" ? t("field.act.signature") : t("field.photo.alt", { n: sent.length + i + 1 })} />}
          <span className="tag">{t("field.waiting.waiting")}</span>
        </li>
      ))}
    </ul>
  );
}
