// How a ground, a state and a matter look: always colour, icon and word; and the room's tabs.
import { AlarmClockOff, Ambulance, BellRing, Bomb, CircleCheckBig, CircleSlash, Flame, Hand, HelpCircle, MapPinned, Newspaper, OctagonAlert, PhoneIncoming, ShieldAlert, Siren, Star, UserCheck, Users, Waves, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, NavLink } from "react-router";
import { Mark, type Tone } from "@kit";
import { useAgents } from "@lib/directory";
import { useMay } from "@lib/session";
import type { Barred, Escalation, Ground, Matter, Reason, StateWord } from "./api";
import { CONFIGURE, SEE } from "./permissions";
import "./escalations.css";

const GROUNDS: Record<Ground, [Tone, LucideIcon]> = {
  help: ["call", Hand],
  abusive_caller: ["wrap", OctagonAlert],
  emergency: ["busy", Flame],
  storm: ["rest", Waves],
  queue_over: ["rest", Users],
  important: ["wrap", Star],
  major: ["busy", ShieldAlert],
  media: ["busy", Newspaper],
  many_reports: ["busy", MapPinned],
  special: ["busy", Siren],
  injury: ["busy", Ambulance],
  explosion: ["busy", Bomb],
  other: ["accent", HelpCircle],
};
export function GroundMark({ reason }: { reason: Pick<Reason, "ground" | "count"> }) {
  const { t } = useTranslation("escalations");
  const [tone, icon] = GROUNDS[reason.ground];
  return (
    <Mark tone={tone} icon={icon}>
      {t(`ground.${reason.ground}`)}
      {reason.count !== null && ` · ${t(reason.ground === "queue_over" ? "count.waiting" : "count.reports", { count: reason.count })}`}
    </Mark>
  );
}

/** Each ground once, however often it was said. */
export function Grounds({ of }: { of: Pick<Escalation, "reasons"> }) {
  const seen = of.reasons.filter((reason, at) => of.reasons.findIndex((other) => other.ground === reason.ground) === at);
  return (
    <span className="row tight" style={{ flexWrap: "wrap" }}>
      {seen.map((reason) => <GroundMark key={reason.ground} reason={reason} />)}
    </span>
  );
}

const STATES: Record<StateWord, [Tone, LucideIcon]> = {
  waiting: ["busy", BellRing],
  unheard: ["busy", AlarmClockOff],
  acknowledged: ["call", CircleCheckBig],
  taken_over: ["accent", UserCheck],
  stood_down: ["offline", CircleSlash],
  closed: ["ready", CircleCheckBig],
};
export function StateMark({ state, chip = false }: { state: StateWord; chip?: boolean }) {
  const { t } = useTranslation("escalations");
  const [tone, icon] = STATES[state];
  return <Mark tone={tone} icon={icon} chip={chip}>{t(`state.${state}`)}</Mark>;
}

/** What it is about, and the way there. */
export function MatterLink({ matter }: { matter: Matter }) {
  const { t } = useTranslation("escalations");
  const agents = useAgents();
  switch (matter.of) {
    case "order":
      return <Link to={`/work_orders/${matter.order}`} className="nowrap">{t("matter.order", { number: matter.number })}</Link>;
    case "call":
      return <Link to={`/calls/${matter.call}`} className="nowrap"><PhoneIncoming size={14} aria-hidden /> {t("matter.call")}</Link>;
    case "area":
      return <>{t("matter.area", { area: matter.area })}</>;
    case "queue":
      return <>{t("matter.queue", { name: matter.name })}</>;
    case "desk":
      return <>{t("matter.desk", { name: agents.name(matter.person) ?? "" })}</>;
  }
}

/** The sentence of why something may not be done now. */
export function useBarred() {
  const { t } = useTranslation("escalations");
  return (barred: Barred | null): string | undefined => (barred ? (t(`refusal.${barred.code as "own_matter"}`, { ...barred } as never) as unknown as string) : undefined);
}

export function Tabs() {
  const { t } = useTranslation("escalations");
  const [see, configure] = [useMay(SEE), useMay(CONFIGURE)];
  return (
    <nav className="tabs" aria-label={t("nav.escalations")}>
      {see && <NavLink end to="/escalations">{t("tabs.open")}</NavLink>}
      {see && <NavLink to="/escalations/past">{t("tabs.past")}</NavLink>}
      {configure && <NavLink to="/escalations/settings">{t("tabs.settings")}</NavLink>}
    </nav>
  );
}
