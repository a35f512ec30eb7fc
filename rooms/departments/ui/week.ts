// A week of the roster as it is drawn: where a bar begins and how long it is, and which bars need a lane of their own.

export interface Timed {
  from: string;
  to: string;
}

export interface Bar<T> {
  item: T;
  /** Parts of the week, 0 to 1. */
  left: number;
  width: number;
  /** 0 is the uppermost. */
  lane: number;
}

const DAY = 86_400_000;

/** Bars within the week, cut at its ends; those that meet stand in lanes below each other. */
export function bars<T extends Timed>(items: T[], from: number, to: number): Bar<T>[] {
  const ends: number[] = [];
  return [...items]
    .sort((a, b) => Date.parse(a.from) - Date.parse(b.from))
    .flatMap((item) => {
      const begins = Math.max(from, Date.parse(item.from));
      const until = Math.min(to, Date.parse(item.to));
      if (!(until > begins)) return [];
      const free = ends.findIndex((end) => end <= begins);
      const lane = free === -1 ? ends.length : free;
      ends[lane] = until;
      return [{ item, lane, left: (begins - from) / (to - from), width: (until - begins) / (to - from) }];
    });
}

export const lanes = (all: Bar<unknown>[]): number => all.reduce((most, { lane }) => Math.max(most, lane + 1), 1);

/** The Monday on which the week of this day begins, at midnight where the reader is. */
export function monday(at: number): number {
  const date = new Date(at);
  date.setHours(0, 0, 0, 0);
  date.setDate(date.getDate() - ((date.getDay() + 6) % 7));
  return date.getTime();
}

/** So many days later, at midnight, also where a day has 23 hours. */
export function later(at: number, days: number): number {
  const date = new Date(at);
  date.setDate(date.getDate() + days);
  return date.getTime();
}

/** What a new stretch is first offered: from a day's eight o'clock, or from where somebody is missing, twelve hours. */
export function offered(from: number): { from: string; to: string } {
  return { from: new Date(from).toISOString(), to: new Date(from + DAY / 2).toISOString() };
}
