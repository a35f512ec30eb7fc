// How long a limit is: as on the wire, as a key of a choice, and in words.
export const LIMIT_KINDS = ["minutes", "hours", "working_days", "calendar_days"] as const;
export type LimitKind = (typeof LIMIT_KINDS)[number];
/** One of them: `{ working_days: 3 }`. */
export type Limit = Partial<Record<LimitKind, number>>;

/** `working_days:3`. */
export const keyOf = (limit: Limit): string => {
  const kind = LIMIT_KINDS.find((one) => limit[one] !== undefined) ?? "hours";
  return `${kind}:${limit[kind] ?? 0}`;
};
export const limitOf = (key: string): Limit => {
  const [kind = "hours", many = "0"] = key.split(":");
  return { [kind]: Number(many) };
};

const OFTEN = [1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 45, 60, 90];
/** What is offered of what may be had: at least what is not over already, at most the limit itself, and not more than a handful. */
export function choicesUpTo(most: Limit, least: Limit | null = null): string[] {
  const [kind = "hours", many = "0"] = keyOf(most).split(":");
  const top = Number(many);
  const bottom = least ? Number(keyOf(least).split(":")[1]) : 1;
  const lesser = [...new Set([bottom, ...OFTEN])].filter((one) => one >= bottom && one < top);
  return [...lesser.slice(-6), top].filter((one) => one > 0).map((one) => `${kind}:${one}`);
}

/** `3 个工作日`. */
export const limitWords = (limit: Limit, t: (key: "limit.hours") => string): string => {
  const [kind, many] = keyOf(limit).split(":");
  return `${many} ${t(`limit.${kind}` as "limit.hours")}`;
};
