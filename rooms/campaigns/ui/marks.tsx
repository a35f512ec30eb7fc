// How a campaign, somebody in it and an attempt look: always colour, icon and word.
import { Ban, BadgeCheck, CircleCheckBig, CircleSlash, CirclePause, Hourglass, PencilLine, PhoneMissed, PhoneOff, PhoneOutgoing, Square, Unplug, UserRoundX, Voicemail, ZapOff, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import { Mark, type Tone } from "@kit";
import { useMay } from "@lib/session";
import type { Outcome, Stage, State } from "./api";
import { CONFIGURE, READ } from "./permissions";

const STATES: Record<State, [Tone, LucideIcon]> = {
  draft: ["offline", PencilLine],
  approved: ["accent", BadgeCheck],
  running: ["call", PhoneOutgoing],
  paused: ["hold", CirclePause],
  finished: ["ready", CircleCheckBig],
  stopped: ["busy", Square],
};
export function StateMark({ state }: { state: State }) {
  const { t } = useTranslation("campaigns");
  const [tone, icon] = STATES[state];
  return <Mark tone={tone} icon={icon}>{t(`state.${state}`)}</Mark>;
}

export const OUTCOME_LOOKS: Record<Outcome, [Tone, LucideIcon]> = {
  reached: ["ready", CircleCheckBig],
  answered: ["wrap", PhoneOff],
  voicemail: ["hold", Voicemail],
  no_answer: ["rest", PhoneMissed],
  busy: ["rest", PhoneOff],
  wrong_number: ["busy", UserRoundX],
  declined: ["rest", Ban],
  unreachable: ["rest", Unplug],
  failed: ["busy", Unplug],
  interrupted: ["busy", ZapOff],
  not_allowed: ["busy", Ban],
  withdrawn: ["offline", CircleSlash],
};
export function OutcomeMark({ outcome }: { outcome: Outcome }) {
  const { t } = useTranslation("campaigns");
  const [tone, icon] = OUTCOME_LOOKS[outcome];
  return <Mark tone={tone} icon={icon}>{t(`outcome.${outcome}`)}</Mark>;
}

export function StageMark({ stage, outcome }: { stage: Stage; outcome: Outcome | null }) {
  const { t } = useTranslation("campaigns");
  if (stage === "calling") return <Mark tone="call" icon={PhoneOutgoing}>{t("stage.calling")}</Mark>;
  if (stage === "waiting") return <Mark tone="accent" icon={Hourglass}>{t("stage.waiting")}</Mark>;
  return outcome ? <OutcomeMark outcome={outcome} /> : <Mark tone="offline" icon={CircleSlash}>{t("stage.done")}</Mark>;
}

export function Tabs() {
  const { t } = useTranslation("campaigns");
  const [read, configure] = [useMay(READ), useMay(CONFIGURE)];
  if (!configure) return null;
  return (
    <nav className="tabs" aria-label={t("nav.campaigns")}>
      {read && <NavLink end to="/campaigns">{t("tabs.list")}</NavLink>}
      <NavLink to="/campaigns/settings">{t("tabs.settings")}</NavLink>
    </nav>
  );
}
