// How a call-back, an attempt and a rating look: always colour, icon and word.
import { Angry, BadgeCheck, CircleCheckBig, CircleSlash, Clock3, Frown, Laugh, Meh, PhoneForwarded, PhoneMissed, PhoneOff, RotateCcw, ShieldAlert, Smile, UserRoundX, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import { Mark, type Tone } from "@kit";
import { useMay } from "@lib/session";
import type { Ending, Outcome, Satisfaction, State } from "./api";
import { CONFIGURE, READ, SEE } from "./permissions";

const ENDINGS: Record<Ending, [Tone, LucideIcon]> = {
  closed: ["ready", CircleCheckBig],
  reopened: ["busy", RotateCcw],
  supervised: ["busy", ShieldAlert],
  explained: ["wrap", BadgeCheck],
  refused: ["offline", UserRoundX],
};

export function StateMark({ state }: { state: State }) {
  const { t } = useTranslation("callbacks");
  if (state.state === "asked") {
    const [tone, icon] = ENDINGS[state.ending];
    return <Mark tone={tone} icon={icon}>{t(`ending.${state.ending}`)}</Mark>;
  }
  if (state.state === "withdrawn") return <Mark tone="offline" icon={CircleSlash}>{t(`withdrawn.${state.why}`)}</Mark>;
  if (state.state === "missed") return <Mark tone="rest" icon={PhoneMissed}>{t("state.missed")}</Mark>;
  return <Mark tone="accent" icon={PhoneForwarded}>{t("state.open")}</Mark>;
}

const OUTCOMES: Record<Outcome, [Tone, LucideIcon]> = {
  reached: ["ready", CircleCheckBig],
  no_answer: ["rest", PhoneMissed],
  busy: ["rest", PhoneOff],
  wrong_number: ["busy", UserRoundX],
  refused: ["offline", UserRoundX],
  later: ["hold", Clock3],
};
export function OutcomeMark({ outcome }: { outcome: Outcome }) {
  const { t } = useTranslation("callbacks");
  const [tone, icon] = OUTCOMES[outcome];
  return <Mark tone={tone} icon={icon}>{t(`outcome.${outcome}`)}</Mark>;
}

const FACES: Record<Satisfaction, [Tone, LucideIcon]> = {
  very_satisfied: ["ready", Laugh],
  satisfied: ["ready", Smile],
  fair: ["wrap", Meh],
  dissatisfied: ["busy", Frown],
  very_dissatisfied: ["busy", Angry],
  not_rated: ["offline", CircleSlash],
};
export function SatisfactionMark({ satisfaction }: { satisfaction: Satisfaction }) {
  const { t } = useTranslation("callbacks");
  const [tone, icon] = FACES[satisfaction];
  return <Mark tone={tone} icon={icon}>{t(`satisfaction.${satisfaction}`)}</Mark>;
}

export function Tabs() {
  const { t } = useTranslation("callbacks");
  const [see, read, configure] = [useMay(SEE), useMay(READ), useMay(CONFIGURE)];
  if (!read && !configure) return null;
  return (
    <nav className="tabs" aria-label={t("nav.callbacks")}>
      {see && <NavLink end to="/callbacks">{t("tabs.tasks")}</NavLink>}
      {read && <NavLink to="/callbacks/figures">{t("tabs.figures")}</NavLink>}
      {configure && <NavLink to="/callbacks/settings">{t("tabs.settings")}</NavLink>}
    </nav>
  );
}
