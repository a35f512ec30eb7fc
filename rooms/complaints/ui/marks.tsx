// How a case looks in a word: its stage, its level, what came of it. Always colour, icon and word.
import { BadgeCheck, CircleCheckBig, CircleHelp,  CircleDashed, CircleSlash, CircleX, FileSearch, Flag, Inbox, MessageSquareReply, PhoneCall, PhoneForwarded, Send, ShieldAlert, Siren, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import { Mark, type Tone } from "@kit";
import { useMay } from "@lib/session";
import type { FindingKind, FindingState, Level, Stage, Verdict } from "./api";
import { CONFIGURE, READ, SEE } from "./permissions";

const STAGE: Record<Stage, [Tone, LucideIcon]> = {
  new: ["busy", Inbox],
  accepted: ["wrap", PhoneCall],
  contacted: ["wrap", Send],
  assigned: ["accent", FileSearch],
  investigated: ["accent", PhoneForwarded],
  called_back: ["accent", MessageSquareReply],
  fed_back: ["hold", BadgeCheck],
  closed: ["ready", CircleCheckBig],
  dropped: ["offline", CircleSlash],
};
export function StageMark({ stage, chip = false }: { stage: Stage; chip?: boolean }) {
  const { t } = useTranslation("complaints");
  const [tone, icon] = STAGE[stage];
  return <Mark tone={tone} icon={icon} chip={chip}>{t(`stage.${stage}`)}</Mark>;
}

const LEVEL: Record<Level, [Tone, LucideIcon]> = { ordinary: ["offline", Flag], important: ["wrap", Flag], major: ["busy", ShieldAlert], special: ["busy", Siren] };
export function LevelMark({ level, confirmed = true }: { level: Level; confirmed?: boolean }) {
  const { t } = useTranslation("complaints");
  const [tone, icon] = LEVEL[level];
  return <Mark tone={tone} icon={icon}>{confirmed ? t(`level.${level}`) : t("level_proposed", { level: t(`level.${level}`) })}</Mark>;
}

const VERDICT: Record<Verdict, [Tone, LucideIcon]> = { substantiated: ["busy", CircleCheckBig], partly: ["wrap", CircleDashed], not_substantiated: ["offline", CircleX] };
export function VerdictMark({ verdict }: { verdict: Verdict }) {
  const { t } = useTranslation("complaints");
  const [tone, icon] = VERDICT[verdict];
  return <Mark tone={tone} icon={icon}>{t(`verdict.${verdict}`)}</Mark>;
}

const FOUND: Record<FindingState, [Tone, LucideIcon]> = { open: ["wrap", CircleHelp], confirmed: ["busy", CircleCheckBig], dismissed: ["offline", CircleSlash] };
export function FindingMark({ state, kind, chip = false }: { state: FindingState; kind: FindingKind; chip?: boolean }) {
  const { t } = useTranslation("complaints");
  const [tone, icon] = FOUND[state];
  // What deserves credit is not red.
  return <Mark tone={state === "confirmed" && kind === "proper" ? "ready" : tone} icon={icon} chip={chip}>{t(`finding_state.${state}`)}</Mark>;
}

export function Tabs() {
  const { t } = useTranslation("complaints");
  const [see, read, configure] = [useMay(SEE), useMay(READ), useMay(CONFIGURE)];
  if (!read && !configure) return null;
  return (
    <nav className="tabs" aria-label={t("nav.complaints")}>
      {see && <NavLink end to="/complaints">{t("tabs.cases")}</NavLink>}
      {read && <NavLink to="/complaints/findings">{t("tabs.findings")}</NavLink>}
      {read && <NavLink to="/complaints/figures">{t("tabs.figures")}</NavLink>}
      {configure && <NavLink to="/complaints/settings">{t("tabs.settings")}</NavLink>}
    </nav>
  );
}
