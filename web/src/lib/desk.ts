// One's own desk: the state, the call that goes on, and what may be done about either. The server decides; the browser asks.
import { queryOptions, skipToken, useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import type { DeskState } from "@kit/desk";
import { api, queries } from "./api";
import { heardServerTime } from "./clock";
import { useLive } from "./live";

/** Where a transfer or a question goes: to a colleague, to a queue, or to a number outside. */
export type Towards = { agent: string } | { queue: string } | { number: string };

/** Which telephone of one's own rings: the one in the browser, or the one on the table. */
export type Device = "any" | "browser" | "telephone";

export interface OwnDesk {
  agent: string;
  desk: { state: DeskState; reason?: string };
  since: string | null;
  /** On what one wants to be called, and which of the two can be; null until it has been heard of. */
  device: Device;
  browser: boolean | null;
  telephone: boolean | null;
  phone_reachable: boolean | null;
  /** Not ready for longer, or more often, than the reason allows; when it is so, how often it was, how often it may be. */
  over_limit: boolean;
  limit: string | null;
  spells: number | null;
  spells_max: number | null;
  /** After-call work turns amber, and is ended by the centre. */
  soft: string | null;
  hard: string | null;
  call: string | null;
  /** The other side's number, whole: it is one's own caller. */
  caller: string | null;
  queue: string | null;
  direction: "in" | "out" | "internal" | null;
  call_since: string | null;
  /** Until when it rings; until when a customer waits for the telephone to come back. */
  ring_until: string | null;
  parked_until: string | null;
  /** The call in which this call back was promised. */
  promised_in: string | null;
  muted: boolean;
  /** How many keys the customer has typed in secret, while that goes on. */
  secret: number | null;
  recording: "on" | "paused" | null;
  /** What is chosen for after this call. */
  next: { state: DeskState; reason?: string } | null;
  /** Who has asked one in, beside that colleague's customer. */
  asker: string | null;
  /** Somebody who is asked beside the customer. */
  third: { agent: string | null; number: string | null; queue: string | null; stage: "seeking" | "ringing" | "talking" | "aside" | "conference"; since: string } | null;
  /** The hall is in storm mode: reasons for which nobody may leave, until when that is expected, and whether one is asked back from such a break. */
  storm?: { breaks_refused: string[]; until: string | null; called_back: boolean } | null;
  /** Acts that the server would not refuse for what is going on. */
  allowed: string[];
}

/** Null for people who answer no calls. */
export interface Desk {
  at: string;
  desk: OwnDesk | null;
  /** In the queues one serves. */
  waiting: number;
  longest_since: string | null;
}

export type DeskAct =
  | {
      act:
        | "sign_in"
        | "sign_out"
        | "ready"
        | "finish"
        | "hold"
        | "resume"
        | "hang_up"
        | "decline"
        | "mute"
        | "unmute"
        | "pause_recording"
        | "resume_recording"
        | "complete_transfer"
        | "cancel_consult"
        | "swap"
        | "conference"
        | "drop_third"
        | "leave_conference"
        | "collect_secret"
        | "end_secret";
    }
  | { act: "not_ready" | "extend"; reason: string }
  /** `owed`: for somebody who was not served; the server knows the number. */
  | { act: "dial"; number: string; owed?: number }
  | { act: "transfer" | "consult"; to: Towards }
  | { act: "use_device"; device: Device };

export const DESK = queryOptions({
  queryKey: ["calls", "desk"],
  queryFn: async ({ signal }) => {
    const desk = await api.get<Desk>("/api/calls/desk", undefined, signal);
    heardServerTime(desk.at);
    return desk;
  },
});

export function useDesk(active: boolean) {
  // The push is what tells; asking again is for when it does not come.
  return useQuery({ ...DESK, enabled: active, refetchInterval: 10_000 });
}

/** One's own desk as the bar has it, without asking; null for who has none and while nobody is signed in there. */
export function useDeskNow(): OwnDesk | null {
  const own = useQuery({ ...DESK, queryFn: skipToken }).data?.desk ?? null;
  return own?.desk.state === "signed_out" ? null : own;
}

/** Keeps `useDesk` at what the server pushes; once for all pages. */
export function useDeskPush(): void {
  const latest = useRef("");
  useLive<Desk>("calls.desk", (desk) => {
    // An answer that was asked for before this push must not undo it.
    void queries.cancelQueries({ queryKey: DESK.queryKey });
    if (desk.at >= latest.current) queries.setQueryData(DESK.queryKey, desk);
    latest.current = desk.at;
  });
}

/** Calls whom the page shows with a masked number: `of` is where the server finds it. */
export async function dialFrom(of: string, form: object = {}): Promise<void> {
  try {
    await api.post(`${of}/dial`, form);
  } finally {
    await queries.invalidateQueries({ queryKey: DESK.queryKey });
  }
}

/** How to call the other side of an earlier call, for `Phone` and `Dial`; a colleague is not called by number. */
export function dialAgain(call: string | null, direction: OwnDesk["direction"]): (() => Promise<void>) | undefined {
  return call === null || direction === "internal" ? undefined : () => dialFrom(`/api/calls/${call}`);
}

/** Asks the server; what it refuses is thrown as a `Problem`. */
export async function doAtDesk(act: DeskAct): Promise<void> {
  try {
    await api.post("/api/calls/desk", act);
  } finally {
    await queries.invalidateQueries({ queryKey: DESK.queryKey });
  }
}
