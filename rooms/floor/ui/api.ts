// What the floor's screen reads: the picture of this moment, pushed once a second, and the demo's simulated people.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { DeskState } from "@kit";
import { api, queries } from "@lib/api";
import { heardServerTime } from "@lib/clock";
import { useLink, useLive } from "@lib/live";

export interface Agent {
  id: string;
  number: string;
  name: string;
  state: DeskState;
  /** Why not ready: a code such as `missed` or `break`. */
  reason: string | null;
  /** Null for somebody who has not been heard of since the centre started. */
  since: string | null;
  /** Not ready for longer than the reason allows. */
  over_limit: boolean;
  /** When this state has lasted too long (amber), and when the centre ends it (red). */
  soft: string | null;
  hard: string | null;
  call: string | null;
  /** The caller's number, masked for who may not see it. */
  caller: string | null;
  queue: string | null;
  /** Null until the telephone has been heard of. */
  phone_reachable: boolean | null;
}

export type CallState = "arriving" | "dialling" | "in_flow" | "waiting" | "ringing" | "announcing" | "talking" | "holding" | "consulting" | "conference" | "parked" | "reaching" | "outside" | "rating" | "leaving_message" | "closing";

export interface LiveCall {
  id: string;
  direction: "in" | "out" | "internal";
  from: string;
  to: string;
  state: CallState;
  since: string;
  queue: string | null;
  agent: string | null;
}

export interface Queue {
  id: string;
  name: string;
  waiting: number;
  /** t2 of the caller who has waited longest. */
  longest_since: string | null;
  agents_ready: number;
  agents_talking: number;
  requests_today: number;
  answered_today: number;
}

export interface Floor {
  at: string;
  now: {
    entering: number;
    in_menu: number;
    asking: number;
    waiting: number;
    ringing: number;
    talking: number;
    longest_wait_since: string | null;
  };
  today: {
    offered: number;
    requests: number;
    answered: number;
    abandoned: number;
    flow_out: number;
    blocked: number;
    answered_in_20s: number;
    wait_sum_ms: number;
    /** Rates from 0 to 1; null where nothing can be divided. */
    k1: number | null;
    k3: number | null;
    k5: number | null;
    asa_s: number | null;
  };
  /** The last 60 minutes, one entry a minute, oldest first. */
  history: { at: string; waiting: number; requests: number; abandoned: number }[];
  queues: Queue[];
  agents: Agent[];
  calls: LiveCall[];
  trunks: { id: string; name: string; up: boolean | null; calls: number }[];
}

const KEY = ["floor"];

/** The floor now; each push replaces it, and what did not change keeps its identity, so that only changed tiles render. */
export function useFloor() {
  const query = useQuery({
    queryKey: KEY,
    staleTime: Infinity,
    queryFn: async ({ signal }) => {
      const floor = await api.get<Floor>("/api/floor", undefined, signal);
      heardServerTime(floor.at);
      return floor;
    },
  });
  useLive<Floor>("floor.now", (floor) => {
    if (floor && typeof floor === "object" && Array.isArray(floor.agents)) queries.setQueryData(KEY, floor);
  });
  // After a gap, do not wait for the next push.
  const { link } = useLink();
  const was = useRef(link);
  useEffect(() => {
    if (was.current === "lost" && link === "open") void queries.invalidateQueries({ queryKey: KEY });
    was.current = link;
  }, [link]);
  return query;
}

/** Simulated people: real SIP calls placed by the demo. */
export interface Simulation {
  running: boolean;
  calls: number;
  placed: number;
  finished: number;
  failed: number;
}

/** Not there (404) where no people can be simulated. */
export function useSimulation(active: boolean, follow: boolean) {
  return useQuery({
    queryKey: ["floor", "simulate"],
    enabled: active,
    retry: false,
    refetchInterval: follow ? 2_000 : false,
    queryFn: ({ signal }) => api.get<Simulation>("/api/floor/simulate", undefined, signal),
  });
}

export async function simulate(what: { calls: number; rate: number; agents: number }): Promise<void> {
  await api.post("/api/floor/simulate", what);
  await queries.invalidateQueries({ queryKey: ["floor", "simulate"] });
}

/** What a leader orders from the floor; the reason goes to the journal. */
export type Order =
  | { act: "direct"; agent: string; to: "ready" | "signed_out" | { not_ready: { reason: string } } }
  | { act: "move_call"; call: string; to: string }
  | { act: "give_call"; call: string; to: string }
  | { act: "end_call"; call: string };

export async function order(what: Order, why: string): Promise<void> {
  await api.post("/api/floor/orders", { ...what, why });
  await queries.invalidateQueries({ queryKey: KEY });
}

/** They hang up and sign out. */
export async function stopSimulation(): Promise<void> {
  await api.delete("/api/floor/simulate");
  await queries.invalidateQueries({ queryKey: ["floor", "simulate"] });
}
