// How an agent's state looks: always colour, icon and word; a pause has its own colour and its reason.
import { CircleCheck, CircleMinus, CirclePause, Coffee, Ear, LogOut, NotebookPen, PhoneCall, PhoneIncoming, PhoneMissed, type LucideIcon } from "lucide-react";
import type { Tone } from "@kit";
import type { Agent, DeskState } from "./api";

const PAUSES = new Set(["break", "meal", "training", "meeting"]);
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

export function groupOf(agent: Pick<Agent, "state" | "reason">): Group {
  return agent.state === "not_ready" && agent.reason !== null && PAUSES.has(agent.reason) ? "pause" : agent.state;
}

export function lookOf(group: Group, reason?: string | null): { tone: Tone; icon: LucideIcon } {
  if (group === "pause") return { tone: "rest", icon: reason === "training" || reason === "meeting" ? Ear : Coffee };
  if (group === "not_ready" && reason === "missed") return { tone: "busy", icon: PhoneMissed };
  const [tone, icon] = LOOKS[group] ?? LOOKS.signed_out;
  return { tone, icon };
}
