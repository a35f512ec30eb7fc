// The organisation as a list: who stands below whom, how deep, and what a search leaves of it.
import type { Kind } from "./api";

/** What the order needs to know of a unit. */
export interface Placed {
  id: string;
  parent: string | null;
  code: string;
  name: string;
  kind: Kind;
  retired: boolean;
}

export interface Row<U> {
  unit: U;
  /** 0 at the top. */
  level: number;
}

/**
 * Depth first; departments stand before the branches beside them, and then by code. `text` keeps what has it in name or
 * code, with all that stands above, so that the place is seen.
 */
export function rows<U extends Placed>(units: U[], { text = "", retired = false }: { text?: string; retired?: boolean } = {}): Row<U>[] {
  const known = new Set(units.map((unit) => unit.id));
  const below = new Map<string | null, U[]>();
  for (const unit of units) {
    const parent = unit.parent !== null && known.has(unit.parent) ? unit.parent : null;
    below.set(parent, [...(below.get(parent) ?? []), unit]);
  }
  const rank = (unit: U) => (unit.kind === "branch" ? 1 : 0);
  for (const all of below.values()) all.sort((a, b) => rank(a) - rank(b) || a.code.localeCompare(b.code));
  const wanted = text.trim().toLowerCase();
  const hits = (unit: U) => (retired || !unit.retired) && (wanted === "" || unit.name.toLowerCase().includes(wanted) || unit.code.toLowerCase().includes(wanted));
  const grow = (parent: string | null, level: number): Row<U>[] =>
    (below.get(parent) ?? []).flatMap((unit) => {
      const under = level < 8 ? grow(unit.id, level + 1) : [];
      return hits(unit) || under.length > 0 ? [{ unit, level }, ...under] : [];
    });
  return grow(null, 0);
}

/** From the top down to the unit: `铜官燃气有限公司 › 抢险维修部`. */
export function pathOf<U extends Placed>(units: U[], id: string): U[] {
  const by = new Map(units.map((unit) => [unit.id, unit]));
  const path: U[] = [];
  for (let at = by.get(id); at && path.length < 8; at = at.parent === null ? undefined : by.get(at.parent)) path.unshift(at);
  return path;
}
