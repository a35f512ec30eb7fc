// How tickets, requests and what is told look: always colour, icon and word.
import { Ban, Check, CircleCheckBig, CircleX, Clock, FileCheck, Inbox, PenLine, Undo2, XCircle, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import { Mark, type Tone } from "@kit";
import type { Asked, Sending, Stage } from "./api";

const STAGES: Record<Stage, [Tone, LucideIcon]> = {
  received: ["wrap", Inbox],
  signed: ["call", PenLine],
  resulted: ["accent", FileCheck],
  finished: ["ready", CircleCheckBig],
  handed_back: ["offline", Undo2],
  cancelled: ["offline", Ban],
};
export function StageMark({ stage }: { stage: Stage }) {
  const { t } = useTranslation("government");
  const [tone, icon] = STAGES[stage];
  return <Mark tone={tone} icon={icon}>{t(`stage.${stage}`)}</Mark>;
}

const ASKED: Record<Asked, [Tone, LucideIcon]> = {
  waiting: ["wrap", Clock],
  granted: ["ready", Check],
  refused: ["busy", XCircle],
};
export function AskedMark({ state }: { state: Asked }) {
  const { t } = useTranslation("government");
  const [tone, icon] = ASKED[state];
  return <Mark tone={tone} icon={icon}>{t(`asked.${state}`)}</Mark>;
}

const SENDING: Record<Sending, [Tone, LucideIcon]> = {
  waiting: ["wrap", Clock],
  sent: ["ready", Check],
  refused: ["busy", CircleX],
  skipped: ["offline", Ban],
};
export function SendingMark({ state }: { state: Sending }) {
  const { t } = useTranslation("government");
  const [tone, icon] = SENDING[state];
  return <Mark tone={tone} icon={icon}>{t(`sending.${state}`)}</Mark>;
}

/** The two pages of the room. */
export function Tabs() {
  const { t } = useTranslation("government");
  return (
    <nav className="tabs" aria-label={t("nav.government")}>
      <NavLink to="/government" end>{t("tab.tickets")}</NavLink>
      <NavLink to="/government/platforms">{t("tab.platforms")}</NavLink>
    </nav>
  );
}
