// How a handover, a reason and a verdict look: always colour, icon and word; and the room's tabs.
import { AlarmClock, AlarmClockOff, BellRing, CircleCheckBig, CircleHelp, Flame, ListChecks, MessageSquareWarning, PenLine, PhoneForwarded, ShieldAlert, Signature, Star, TrendingUp, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import { Mark, type Tone } from "@kit";
import { serverNow } from "@lib/clock";
import { clock, day } from "@lib/format";
import { useMay } from "@lib/session";
import type { Barred, RecordLine, Verdict, Why } from "./api";
import { CONFIGURE, MEET, SEE } from "./permissions";
import "./handover.css";

const STATES: Record<RecordLine["state"], [Tone, LucideIcon]> = {
  draft: ["call", PenLine],
  signed_out: ["wrap", Signature],
  verified: ["accent", ListChecks],
  signed_in: ["ready", CircleCheckBig],
};
export function StateMark({ record, chip = false }: { record: Pick<RecordLine, "state" | "alarmed_at">; chip?: boolean }) {
  const { t } = useTranslation("handover");
  if (record.alarmed_at && record.state !== "signed_in") return <Mark tone="busy" icon={AlarmClockOff} chip={chip}>{t(`state.${record.state}`)} · {t("unsigned")}</Mark>;
  const [tone, icon] = STATES[record.state];
  return <Mark tone={tone} icon={icon} chip={chip}>{t(`state.${record.state}`)}</Mark>;
}

const WHYS: Record<Why, [Tone, LucideIcon]> = {
  emergency: ["busy", Flame],
  escalated: ["busy", TrendingUp],
  important: ["busy", Star],
  overdue: ["busy", AlarmClockOff],
  supervised: ["rest", ShieldAlert],
  urged: ["rest", BellRing],
  complaint: ["wrap", MessageSquareWarning],
  due_soon: ["wrap", AlarmClock],
  owed: ["call", PhoneForwarded],
};
export function WhyMark({ why }: { why: Why }) {
  const { t } = useTranslation("handover");
  const [tone, icon] = WHYS[why];
  return <Mark tone={tone} icon={icon}>{t(`why.${why}`)}</Mark>;
}

export function VerdictMark({ verdict }: { verdict: Verdict }) {
  const { t } = useTranslation("handover");
  if (verdict.is === "accepted") return <Mark tone="ready" icon={CircleCheckBig}>{t("verdict.accepted")}</Mark>;
  return verdict.answer ? <Mark tone="accent" icon={CircleCheckBig}>{t("verdict.answered")}</Mark> : <Mark tone="busy" icon={CircleHelp}>{t("verdict.queried")}</Mark>;
}

/** Today only the time, otherwise the day with it. */
export function Short({ at }: { at: string }) {
  return (
    <time dateTime={at} className="nowrap">
      {day(at) === day(serverNow()) ? clock(at, false) : `${day(at).slice(5)} ${clock(at, false)}`}
    </time>
  );
}

/** The sentence of why something may not be done now. */
export function useBarred() {
  const { t } = useTranslation("handover");
  return (barred: Barred | null): string | undefined => {
    if (!barred) return undefined;
    const params = Object.fromEntries(Object.entries(barred).map(([key, value]) => [key, typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value) ? `${day(value).slice(5)} ${clock(value, false)}` : value]));
    const sections = Array.isArray(barred.sections) ? (barred.sections as string[]).map((section) => t(`section.${section as "summary"}`)).join(t("comma")) : "";
    return t(`refusal.${barred.code as "own_signature"}`, { ...params, list: sections } as never) as unknown as string;
  };
}

export function Tabs() {
  const { t } = useTranslation("handover");
  const [see, configure, meet] = [useMay(SEE), useMay(CONFIGURE), useMay(MEET)];
  // Who is only at meetings has one page.
  if (!see && !configure) return null;
  return (
    <nav className="tabs" aria-label={t("nav.handover")}>
      {see && <NavLink end to="/handover">{t("tabs.now")}</NavLink>}
      {see && <NavLink to="/handover/records">{t("tabs.records")}</NavLink>}
      {see && <NavLink to="/handover/log">{t("tabs.log")}</NavLink>}
      {meet && see && <NavLink to="/handover/meeting">{t("tabs.meeting")}</NavLink>}
      {configure && <NavLink to="/handover/settings">{t("tabs.settings")}</NavLink>}
    </nav>
  );
}
