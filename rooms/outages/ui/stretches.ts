// Figures over time as they are drawn, and what follows from them.
import type { Around, Course } from "./api";

type Point = Course["points"][number];
/** A drawing has no more places than this. */
const MOST = 500;

/** Every stretch of the period, also those in which nobody was told anything. */
export function stretches(course: Course): Point[] {
  const [from, to, step] = [Date.parse(course.from), Date.parse(course.to), Math.max(1, course.step_s) * 1_000];
  const known = new Map(course.points.map((point) => [Date.parse(point.at), point]));
  const all: Point[] = [];
  for (let at = from; at < to && all.length < MOST; at += step) {
    all.push(known.get(at) ?? { at: new Date(at).toISOString(), callers: 0, asked_person: 0, to_be_told: 0, hung_up: 0 });
  }
  return all;
}

/** Requests for an agent per hundred households without supply; null where nobody is affected. */
export const per100 = (around: Around, affected: number) => (affected > 0 ? (100 * around.asked_person) / affected : null);

/** Of a hundred calls those that needed no agent; null without calls. */
export const selfServed = (around: Around) => (around.calls > 0 ? (100 * (around.calls - around.asked_person)) / around.calls : null);
