// How the state of an order, its nearness to breaking and its importance look: always colour, icon and word.
import { AlarmClock, AlarmClockOff, ArrowRightLeft, BadgeCheck, BellRing, CircleCheckBig, CirclePause, ClipboardCheck, ClipboardPen, Ban, Flame, GitMerge, Hammer, Hand, Hourglass, Inbox, MapPinCheck, PhoneForwarded, Send, ShieldAlert, Timer as TimerIcon, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Mark, type Tone } from "@kit";
import { useSecond } from "@lib/clock";
import { clock, day, span } from "@lib/format";
import { said } from "@lib/words";
import { useSubtypes, type OrderLine, type State } from "./api";
import { nextOf, running, type Nearness } from "./promise";
import "./work_orders.css";

const LOOKS: Record<State, [Tone, LucideIcon]> = {
  accepted: ["busy", Inbox],
  to_dispatch: ["busy", ArrowRightLeft],
  dispatched: ["wrap", Send],
  taken: ["call", Hand],
  arrived: ["call", MapPinCheck],
  in_work: ["call", Hammer],
  suspended: ["hold", CirclePause],
  result_given: ["rest", ClipboardPen],
  in_review: ["rest", ClipboardCheck],
  to_call_back: ["accent", PhoneForwarded],
  closed: ["ready", CircleCheckBig],
  merged: ["offline", GitMerge],
  void: ["offline", Ban],
};

export function StateMark({ state, chip = false }: { state: State; chip?: boolean }) {
  const { t } = useTranslation("work_orders");
  const [tone, icon] = LOOKS[state] ?? LOOKS.accepted;
  return (
    <Mark tone={tone} icon={icon} chip={chip}>
      {t(`state.${state}`)}
    </Mark>
  );
}

export const NEAR: Record<Nearness, [Tone, LucideIcon]> = {
  calm: ["ready", TimerIcon],
  yellow: ["wrap", TimerIcon],
  orange: ["rest", AlarmClock],
  overdue: ["busy", AlarmClockOff],
};

/** `还有 3 小时 20 分`, `超时 12 分`. */
export function useLeft() {
  const { t } = useTranslation("work_orders");
  return (left: number): string => t(left <= 0 ? "late_by" : "left", { span: span(left) });
}

/** Today only the time, otherwise the day with it. */
export function when(at: string, now: number): string {
  return day(at) === day(now) ? clock(at, false) : `${day(at).slice(5)} ${clock(at, false)}`;
}

/** A bar that fills as the time goes by, with the time itself. */
export function PromiseBar({ since, due, label }: { since: string; due: string; label?: string }) {
  const left = useLeft();
  const now = useSecond() * 1000;
  const is = running(since, due, now);
  const [tone, Icon] = NEAR[is.nearness];
  return (
    <span className="promise-bar" data-tone={tone}>
      <span className="promise-words">
        <Icon size={14} aria-hidden />
        {label && <span>{label}</span>}
        <time dateTime={due}>{when(due, now)}</time>
        <b>{left(is.left)}</b>
      </span>
      <span className="promise-track" aria-hidden>
        <span style={{ width: `${is.share * 100}%` }} />
      </span>
    </span>
  );
}

/** The next promise of an order in a list; the clock is given, since a list has many. */
export function NextDue({ order, now }: { order: OrderLine; now: number }) {
  const { t } = useTranslation("work_orders");
  const left = useLeft();
  const next = nextOf(order, now);
  if (next === null || order.due === null) return <span className="muted">—</span>;
  const [tone, Icon] = NEAR[next.nearness];
  return (
    <span className="promise-bar" data-tone={tone}>
      <span className="promise-words">
        <Icon size={14} aria-hidden />
        <span>{order.due_step ? t(`step.${order.due_step}` as "step.arrive") : ""}</span>
        <time dateTime={order.due}>{when(order.due, now)}</time>
        <b>{left(next.left)}</b>
      </span>
      <span className="promise-track" aria-hidden>
        <span style={{ width: `${next.share * 100}%` }} />
      </span>
    </span>
  );
}

/** What makes an order more than one of many. */
export function Flags({ order }: { order: OrderLine }) {
  const { t } = useTranslation("work_orders");
  return (
    <span className="row tight order-flags">
      {order.danger && <Mark tone="busy" icon={Flame}>{t("danger")}</Mark>}
      {order.important && !order.danger && <Mark tone="busy" icon={ShieldAlert}>{t("important")}</Mark>}
      {order.urges > 0 && <Mark tone="rest" icon={BellRing}>{t("urged_times", { count: order.urges })}</Mark>}
      {order.supervised > 0 && <Mark tone="busy" icon={BadgeCheck}>{t("supervised")}</Mark>}
      {order.time_asked && <Mark tone="wrap" icon={Hourglass}>{t("time_asked.mark")}</Mark>}
      {order.reopened > 0 && <Mark tone="wrap" icon={ArrowRightLeft}>{t("reopened_times", { count: order.reopened })}</Mark>}
    </span>
  );
}

/** The kind and the sub-type in words. */
export function useTopic() {
  const { t } = useTranslation("work_orders");
  const subtypes = useSubtypes();
  return (order: { kind: OrderLine["kind"]; subtype: string }): string => {
    const title = said(subtypes.find(order.subtype)?.title);
    return title ? `${t(`kind.${order.kind}`)} · ${title}` : t(`kind.${order.kind}`);
  };
}
