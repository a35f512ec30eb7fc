// What was said with a step, taken apart for the timeline: words, units, people, and terms that have a translation.
interface Said {
  words: string[];
  units: string[];
  persons: string[];
  terms: string[];
}

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : typeof value === "string" && value !== "" ? [value] : []);

export function saidIn(act: Record<string, unknown> | null): Said {
  const said: Said = { words: [], units: [], persons: [], terms: [] };
  if (!act) return said;
  const exhibit = act.exhibit as { what?: string; text?: string } | undefined;
  // `unit` is an id, but for the feedback, where it is what the unit was told.
  const fedBack = act.act === "feed_back";
  said.words = [...strings(act.why), ...strings(act.words), ...strings(act.customer), ...(fedBack ? strings(act.unit) : []), ...strings(act.lesson), ...strings(act.measure), ...strings(exhibit?.text)];
  said.units = [...(fedBack ? [] : strings(act.unit)), ...strings(act.units)];
  said.persons = strings(act.persons);
  for (const key of ["level", "verdict", "cause", "satisfaction"] as const) said.terms.push(...strings(act[key]).map((term) => `${key}.${term}`));
  if (typeof act.agrees === "boolean") said.terms.push(act.agrees ? "agrees.yes" : "agrees.no");
  if (exhibit?.what === "call" || exhibit?.what === "file") said.terms.push(`exhibit.${exhibit.what}`);
  return said;
}
