// One's own desk: the state, the call that goes on, and what may be done about either. The server decides; the browser asks.
import { useQuery } from "@tanstack/react-query";
import type { DeskState } from "@kit/desk";
import { api, queries } from "./api";
import { heardServerTime } from "./clock";

export interface OwnDesk {
  /** One's own id; for the pages that look up what is one's own. */
  agent: string;
  desk: { state: DeskState; reason?: string };
  since: string | null;
  /** Null until the telephone has been heard of. */
  phone_reachable: boolean | null;
  /** After-call work turns amber, and is ended by the centre. */
  soft: string | null;
  hard: string | null;
  call: string | null;
  /** The other side's number, whole: it is one's own caller. */
  caller: string | null;
  queue: string | null;
}

/** Null for people who answer no calls. */
export interface Desk {
  at: string;
  desk: OwnDesk | null;
}

export type DeskAct =
  | { act: "sign_in" | "sign_out" | "ready" | "finish" | "hold" | "resume" | "hang_up" | "decline" | "pause_recording" | "resume_recording" }
  | { act: "not_ready"; reason: string }
  | { act: "extend"; reason: string }
  | { act: "dial"; number: string };

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
