// One's own desk: the state, the call that goes on, and what may be done about either. The server decides; the browser asks.
import { useQuery } from "@tanstack/react-query";
import type { DeskState } from "@kit/desk";
import { api, queries } from "./api";
import { heardServerTime } from "./clock";

/** Where a transfer or a question goes: to a colleague, to a queue, or to a number outside. */
export type Towards = { agent: string } | { queue: string } | { number: string };

/** Which telephone of one's own rings: the one in the browser, or the one on the table. */
export type Device = "any" | "browser" | "telephone";

export interface OwnDesk {
  agent: string;
  desk: { state: DeskState; reason?: string };
  since: string | null;
  /** Null until the telephone has been heard of. */
  phone_reachable: boolean | null;
  device?: Device;
  /** Not ready for longer than the reason allows. */
  over_limit: boolean;
  /** After-call work turns amber, and is ended by the centre. */
  soft: string | null;
  hard: string | null;
  call: string | null;
  /** The other side's number, whole: it is one's own caller. */
  caller: string | null;
  queue: string | null;
  /** Until when it rings. */
  ring_until?: string | null;
  muted?: boolean;
  recording?: "on" | "paused" | null;
  /** What is chosen for after this call. */
  next?: { state: DeskState; reason?: string } | null;
  /** Somebody who is asked beside the customer. */
  third?: { agent?: string | null; number?: string | null; queue?: string | null; stage: "ringing" | "talking" | "aside" | "conference"; since: string } | null;
  /** Acts that the server would not refuse now. */
  allowed?: string[];
}

/** Null for people who answer no calls. */
export interface Desk {
  at: string;
  desk: OwnDesk | null;
  /** In the queues one serves. */
  waiting?: number;
  longest_since?: string | null;
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
        | "leave_conference";
    }
  | { act: "not_ready" | "extend"; reason: string }
  | { act: "dial"; number: string }
  | { act: "transfer" | "consult"; to: Towards }
  | { act: "use_device"; device: Device };

const KEY = ["calls", "desk"];

export function useDesk(active: boolean) {
  return useQuery({
    queryKey: KEY,
    enabled: active,
    // The state changes without the browser too: a call comes, a limit is reached.
    refetchInterval: 1_500,
    queryFn: async ({ signal }) => {
      const desk = await api.get<Desk>("/api/calls/desk", undefined, signal);
      heardServerTime(desk.at);
      return desk;
    },
  });
}

/** Asks the server; what it refuses is thrown as a `Problem`. */
export async function doAtDesk(act: DeskAct): Promise<void> {
  try {
    await api.post("/api/calls/desk", act);
  } finally {
    await queries.invalidateQueries({ queryKey: KEY });
  }
}
