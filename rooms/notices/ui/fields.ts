// Which fields a text uses: what stands between braces, in order, once each.
import type { Field } from "./api";

export function used(...texts: string[]): string[] {
  const keys = texts.flatMap((text) => [...text.matchAll(/\{([a-z0-9_]{1,60})\}/g)].map((found) => found[1] ?? ""));
  return [...new Set(keys)];
}

/** The declarations of exactly the fields that are used; what is known of the others is kept for when they come back. */
export function declared(keys: string[], known: Field[]): Field[] {
  return keys.map((key) => known.find((field) => field.key === key) ?? { key, label: "", example: "", most: 40 });
}
