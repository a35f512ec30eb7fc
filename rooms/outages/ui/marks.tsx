// How an outage, an estimate and a message look: always colour, icon and word.
import { Ban, BadgeCheck, CalendarClock, CircleCheckBig, CircleDashed, Clock3, FilePen, Hourglass, MoveRight, Network, PhoneCall, PhoneMissed, Send, SendHorizontal, Siren, TriangleAlert, ZapOff, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import { Mark, type Tone } from "@kit";
import { useMay } from "@lib/session";
import type { Call, Counts, Fate, Finding, OutageLine, Receipt, State } from "./api";
import { CONFIGURE, HEARD, LIAISONS, READ } from "./permissions";

const STATES: Record<State, [Tone, LucideIcon]> = {
  draft: ["offline", FilePen],
  submitted: ["wrap", SendHorizontal],
  approved: ["accent", BadgeCheck],
  published: ["call", CalendarClock],
  in_progress: ["busy", ZapOff],
  restored: ["ready", CircleCheckBig],
  closed: ["offline", CircleCheckBig],
  cancelled: ["offline", Ban],
};
export function StateMark({ state }: { state: State }) {
  const { t } = useTranslation("outages");
  const [tone, icon] = STATES[state];
  return <Mark tone={tone} icon={icon}>{t(`state.${state}`)}</Mark>;
}

/** Beside the state: what somebody has to look at. */
export function Alarms({ outage }: { outage: OutageLine }) {
  const { t } = useTranslation("outages");
  return (
    <>
      {outage.stale ? <Mark tone="busy" icon={Hourglass}>{t(outage.ends ? "alarm.stale" : "alarm.no_news")}</Mark> : outage.delayed && <Mark tone="wrap" icon={Clock3}>{t("alarm.delayed")}</Mark>}
      {outage.greeting_waits && <Mark tone="wrap" icon={TriangleAlert}>{t("alarm.greeting")}</Mark>}
      {outage.network_changed && <Mark tone="wrap" icon={Network}>{t("alarm.network")}</Mark>}
    </>
  );
}

const FATES: Record<Fate, [Tone, LucideIcon]> = { open: ["call", CircleDashed], kept: ["ready", CircleCheckBig], moved: ["wrap", MoveRight], broken: ["busy", Hourglass], void: ["offline", Ban] };
export function FateMark({ fate }: { fate: Fate }) {
  const { t } = useTranslation("outages");
  const [tone, icon] = FATES[fate];
  return <Mark tone={tone} icon={icon}>{t(`fate.${fate}`)}</Mark>;
}

const WEIGHTS: Record<Finding["weight"], [Tone, LucideIcon]> = { violated: ["busy", TriangleAlert], warning: ["wrap", TriangleAlert], note: ["call", Siren] };
export function FindingMark({ finding }: { finding: Finding }) {
  const { t } = useTranslation("outages");
  const [tone, icon] = WEIGHTS[finding.weight];
  return <Mark tone={tone} icon={icon}>{t(`weight.${finding.weight}`)}</Mark>;
}

const RECEIPTS: Record<Receipt, [Tone, LucideIcon]> = { queued: ["call", Send], delivered: ["ready", CircleCheckBig], failed: ["busy", TriangleAlert], called: ["ready", PhoneCall] };
export function ReceiptMark({ state }: { state: Receipt }) {
  const { t } = useTranslation("outages");
  const [tone, icon] = RECEIPTS[state];
  return <Mark tone={tone} icon={icon}>{t(`receipt.${state}`)}</Mark>;
}

const CALLS: Record<Call["state"], [Tone, LucideIcon]> = { open: ["wrap", PhoneCall], reached: ["ready", CircleCheckBig], given_up: ["busy", PhoneMissed], not_needed: ["offline", Ban] };
export function CallMark({ state }: { state: Call["state"] }) {
  const { t } = useTranslation("outages");
  const [tone, icon] = CALLS[state];
  return <Mark tone={tone} icon={icon}>{t(`call.${state}`)}</Mark>;
}

/** 1,204 户 · 重要 3 · 老人 40. */
export function CountsText({ counts }: { counts: Counts }) {
  const { t } = useTranslation("outages");
  const named = (["important", "life_support", "elderly"] as const).filter((key) => counts[key] > 0);
  return (
    <span className="nowrap">
      {t("counts.all", { count: counts.all })}
      {named.length > 0 && <span className="muted"> {named.map((key) => t(`counts.${key}`, { count: counts[key] })).join(" · ")}</span>}
    </span>
  );
}

export function Tabs() {
  const { t } = useTranslation("outages");
  const [read, liaisons, heard, configure] = [useMay(READ), useMay([READ, LIAISONS]), useMay(HEARD), useMay(CONFIGURE)];
  return (
    <nav className="tabs" aria-label={t("nav.outages")}>
      {read && <NavLink end to="/outages">{t("tabs.outages")}</NavLink>}
      {read && <NavLink to="/outages/calls">{t("tabs.calls")}</NavLink>}
      {liaisons && <NavLink to="/outages/liaisons">{t("tabs.liaisons")}</NavLink>}
      {read && <NavLink to="/outages/figures">{t("tabs.figures")}</NavLink>}
      {heard && <NavLink to="/outages/heard">{t("tabs.heard")}</NavLink>}
      {configure && <NavLink to="/outages/settings">{t("tabs.settings")}</NavLink>}
    </nav>
  );
}
