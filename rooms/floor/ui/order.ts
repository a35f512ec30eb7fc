// Who needs help first: the order of the seat grid, as a tuple of plain reasons.
import type { DeskState } from "@kit";
import type { Agent, CallState, LiveCall } from "./api";

/** Why a leader should look here; null when all is well. */
export type Need = "unreachable" | "missed" | "overdue" | "long" | null;

export function need(agent: Agent, now: number): Need {
  if (agent.state === "signed_out") return null;
  if (agent.phone_reachable === false) return "unreachable";
  if (agent.state === "not_ready" && agent.reason === "missed") return "missed";
  if (agent.over_limit || (agent.hard !== null && Date.parse(agent.hard) <= now)) return "overdue";
  if (agent.soft !== null && Date.parse(agent.soft) <= now) return "long";
  return null;
}

const NEEDS: Need[] = ["unreachable", "missed", "overdue", "long", null];
const STATES: DeskState[] = ["holding", "after_call", "not_ready", "talking", "ringing", "ready", "signed_out"];

/** Times and numbers in ASCII: no language's order is asked for, which is a hundred times slower. */
const plain = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** First by need, then by how far the state is from taking the next call, then longest first. */
export function byNeed(agents: Agent[], now: number): Agent[] {
  return agents
    .map((agent) => ({ agent, need: NEEDS.indexOf(need(agent, now)), state: STATES.indexOf(agent.state) }))
    .sort((a, b) => a.need - b.need || a.state - b.state || plain(a.agent.since ?? "", b.agent.since ?? "") || plain(a.agent.number, b.agent.number))
    .map((entry) => entry.agent);
}

/** Where a call stands, as the leader thinks of it. */
export type Stage = "entering" | "in_menu" | "waiting" | "ringing" | "talking" | "after";
export const STAGES: Stage[] = ["entering", "in_menu", "waiting", "ringing", "talking", "after"];

const STAGE_OF: Record<CallState, Stage> = {
  arriving: "entering",
  dialling: "ringing",
  in_flow: "in_menu",
  waiting: "waiting",
  ringing: "ringing",
  announcing: "talking",
  talking: "talking",
  holding: "talking",
  consulting: "talking",
  conference: "talking",
  parked: "talking",
  reaching: "talking",
  outside: "talking",
  rating: "after",
  leaving_message: "after",
  closing: "after",
};
export const stageOf = (call: LiveCall): Stage => STAGE_OF[call.state] ?? "after";

/** Those who wait come first, the longest on top; then the others in the order of the stages. */
export function byUrgency(calls: LiveCall[]): LiveCall[] {
  const rank: Stage[] = ["waiting", "ringing", "in_menu", "entering", "talking", "after"];
  return [...calls].sort((a, b) => rank.indexOf(stageOf(a)) - rank.indexOf(stageOf(b)) || plain(a.since, b.since));
}
