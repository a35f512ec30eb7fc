// How an agent's state looks: always colour, icon and word; a pause has its own colour and its reason.
import { CircleCheck, CircleMinus, CirclePause, Coffee, Ear, LogOut, NotebookPen, PhoneCall, PhoneIncoming, PhoneMissed, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { BUILT_IN, choosable, reasonsNow, useReasons } from "@lib/reasons";
import type { Tone } from "./state";

export type DeskState = "signed_out" | "not_ready" | "ready" | "ringing" | "talking" | "holding" | "after_call";

/** What agents choose from when they stop taking calls: as the centre has set it up. */
export const useReasonCodes = (): string[] => choosable(useReasons());

const LOOKS: Record<DeskState, [Tone, LucideIcon]> = {
  signed_out: ["offline", LogOut],
  not_ready: ["busy", CircleMinus],
  ready: ["ready", CircleCheck],
  ringing: ["call", PhoneIncoming],
  talking: ["call", PhoneCall],
  holding: ["hold", CirclePause],
  after_call: ["wrap", NotebookPen],
};

/** The groups the leader counts and filters by. */
export type Group = DeskState | "pause";
export const GROUPS: Group[] = ["ready", "ringing", "talking", "holding", "after_call", "not_ready", "pause", "signed_out"];

export function groupOf(agent: { state: DeskState; reason: string | null }): Group {
  return agent.state === "not_ready" && agent.reason !== null && reasonsNow()[agent.reason]?.pause ? "pause" : agent.state;
}

export function lookOf(group: Group, reason?: string | null): { tone: Tone; icon: LucideIcon } {
  if (group === "pause") return { tone: "rest", icon: reason === "training" || reason === "meeting" ? Ear : Coffee };
  if (group === "not_ready" && reason === "missed") return { tone: "busy", icon: PhoneMissed };
  const [tone, icon] = LOOKS[group] ?? LOOKS.signed_out;
  return { tone, icon };
}

/** The word for a state, and for its reason: `小休` stands for both where the reason is a pause. */
export function useDeskWords() {
  const { t, i18n } = useTranslation("app");
  const reasons = useReasons();
  const builtIn = (code: string): string => (i18n.exists(`desk.reason.${code}`, { ns: "app" }) ? t(`desk.reason.${code}` as "desk.reason.missed") : code);
  const reason = (code: string): string => {
    const { zh, en } = reasons[code] ?? {};
    return (i18n.language === "en" ? en || (code in BUILT_IN ? "" : zh) : zh) || builtIn(code);
  };
  return { state: (group: Group): string => t(`desk.state.${group}`), reason, builtIn };
}
