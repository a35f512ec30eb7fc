// The leader's log as it is read: by hours, each with its numbers, corrections beside what they correct.
import type { HourCount, LogLine } from "./api";

export interface Hour {
  hour: number;
  lines: LogLine[];
  counts: { what: string; count: number }[];
}

const HOUR_MS = 3_600_000;

/** Hours in which something happened, in order; counted from the shift's beginning, as the server does. */
export function byHour(lines: LogLine[], counts: HourCount[], begins: string): Hour[] {
  const start = Date.parse(begins);
  const hours = new Map<number, Hour>();
  const at = (when: string) => {
    const hour = start + Math.floor((Date.parse(when) - start) / HOUR_MS) * HOUR_MS;
    let found = hours.get(hour);
    if (!found) hours.set(hour, (found = { hour, lines: [], counts: [] }));
    return found;
  };
  for (const { hour, what, count } of counts) at(hour).counts.push({ what, count });
  for (const line of lines) at(line.at).lines.push(line);
  return [...hours.values()].sort((a, b) => a.hour - b.hour);
}

/** A correction stands below the line that it corrects; one whose line is not on this page stands by itself. */
export function threaded(lines: LogLine[]): { line: LogLine; corrections: LogLine[] }[] {
  const known = new Set(lines.map((line) => line.id));
  const own = (line: LogLine) => line.corrects === undefined || !known.has(line.corrects);
  return lines.filter(own).map((line) => ({ line, corrections: lines.filter((other) => other.corrects === line.id) }));
}
