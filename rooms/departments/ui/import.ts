// What becomes of the rows of a table: who is meant by a 工号, and which rows go to the server.
import type { ImportRow, Imported, Line } from "./api";

export type Verdict = { fits: true } | { fits: false; column: string } | { fits: false; code: string; params: Record<string, unknown> };

/** The rows that can be tried; `person` finds somebody by 工号. */
export function tryable(lines: Line[], person: (number: string) => string | undefined): ImportRow[] {
  return lines.flatMap(({ row, number, unit, duty, from, to, phone, trouble }) => {
    const who = person(number);
    return trouble === null && unit && from && to && who ? [{ row, duty: { unit, person: who, duty, from, to, phone } }] : [];
  });
}

export function verdict(line: Line, person: (number: string) => string | undefined, tried: Imported | null): Verdict {
  if (line.trouble !== null) return { fits: false, column: line.trouble };
  if (!person(line.number)) return { fits: false, column: "number" };
  const left = tried?.left_out.find(({ row }) => row === line.row);
  if (!left) return { fits: true };
  const { code, ...params } = left.why;
  return { fits: false, code, params };
}
