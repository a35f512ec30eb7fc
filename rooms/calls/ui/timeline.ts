// From a call's stretches to what is drawn: lanes in order of depth, positions as shares of the whole call.
import type { Call, Segment, SegmentKind } from "./api";

/** The caller's way through the centre, each stretch where it lies; what lies inside another gets the lane below. */
const LANE: Record<SegmentKind, 0 | 1> = { menu: 0, queue: 0, talk: 0, rating: 0, message: 0, outside: 0, dial: 0, ring: 1, hold: 1, consult: 1, conference: 1, parked: 1 };

export interface Drawn {
  segment: Segment;
  lane: 0 | 1;
  /** Shares of the whole, 0 to 1. */
  left: number;
  width: number;
  ms: number;
}

export function draw(call: Pick<Call, "at" | "ended" | "segments">, now: number): { from: number; until: number; drawn: Drawn[] } {
  const from = Date.parse(call.at);
  const ends = call.segments.map((s) => (s.until ? Date.parse(s.until) : now));
  const until = Math.max(from + 1, call.ended ? Date.parse(call.ended) : now, ...ends);
  const whole = until - from;
  const drawn = call.segments.map((segment) => {
    const start = Math.max(from, Date.parse(segment.at));
    const end = Math.max(start, segment.until ? Date.parse(segment.until) : now);
    return { segment, lane: LANE[segment.kind] ?? 0, left: (start - from) / whole, width: (end - start) / whole, ms: end - start };
  });
  // What holds others comes before what lies inside it, also when both began in the same instant.
  drawn.sort((a, b) => a.left - b.left || a.lane - b.lane);
  return { from, until, drawn };
}
