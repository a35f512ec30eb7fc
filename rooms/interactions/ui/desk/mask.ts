// Card and identity numbers in a free text, masked as the server does before it keeps them: this browser does not keep them either.

import type { Sensitive } from "../api";

const DIGIT = /[0-9０-９]/;
const plain = (text: string): string => text.replace(/[０-９]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xff10 + 48)).replace(/[Ｘｘ]/g, "X");

function born(day: string): boolean {
  const [year, month, date] = [Number(day.slice(0, 4)), Number(day.slice(4, 6)), Number(day.slice(6, 8))];
  return year >= 1900 && year <= 2100 && month >= 1 && month <= 12 && date >= 1 && date <= 31;
}

function masked(digits: string): { shown: string; kind: Sensitive } | null {
  const stars = (n: number) => "*".repeat(n);
  const id = (digits.length === 18 && born(digits.slice(6, 14))) || (digits.length === 15 && born(`19${digits.slice(6, 12)}`));
  if (id) return { shown: digits.slice(0, 3) + stars(digits.length - 7) + digits.slice(-4), kind: "id_card" };
  const card = /^\d{16,19}$/.test(digits) && /^([3-6]|95)/.test(digits);
  return card ? { shown: stars(digits.length - 4) + digits.slice(-4), kind: "bank_card" } : null;
}

/** The text as it is kept, and what was in it. */
export function sift(text: string): { text: string; kinds: Sensitive[] } {
  const kinds = new Set<Sensitive>();
  let out = "";
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const inside = /[0-9A-Za-z]$|[0-9]\.$/.test(text.slice(Math.max(0, at - 2), at));
    let hit: { length: number; shown: string } | null = null;
    if (!inside && DIGIT.test(rest[0] ?? "")) {
      for (const pattern of [/^[0-9０-９]+(?:[ -][0-9０-９]+)*/, /^[0-9０-９]+/]) {
        let found = pattern.exec(rest)?.[0] ?? "";
        let digits = plain(found).replace(/[ -]/g, "");
        if (digits.length === 17 && /[Xx]|Ｘ|ｘ/.test(rest[found.length] ?? "")) {
          found += rest[found.length] ?? "";
          digits += "X";
        }
        const known = /[0-9A-Za-z]/.test(rest[found.length] ?? "") ? null : masked(digits);
        if (known) {
          kinds.add(known.kind);
          hit = { length: found.length, shown: known.shown };
          break;
        }
      }
    }
    out += hit ? hit.shown : (rest[0] ?? "");
    at += hit ? hit.length : 1;
  }
  return { text: out, kinds: [...kinds] };
}

export const mask = (text: string): string => sift(text).text;
