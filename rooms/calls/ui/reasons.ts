// What is wrong with a reason before it is sent: the server decides again.
import { BUILT_IN, OF_THE_CENTRE, type Reason } from "@lib/reasons";

export const NEW_REASON: Reason = { zh: "", en: "", pause: true, minutes: 15, spells: null, share_percent: null };

/** Small letters, digits and _: how reports call it. */
export const asCode = (text: string) => text.toLowerCase().replace(/[\s-]+/g, "_").replace(/[^a-z0-9_]/g, "");

export interface Fault {
  field: "code" | "zh" | "minutes" | "spells" | "share_percent";
  why: "missing" | "taken" | "range";
  least?: number;
  most?: number;
}

/** `taken`: the codes that are there already, for a new one. */
export function fault(code: string, reason: Reason, taken: string[]): Fault[] {
  const faults: Fault[] = [];
  if (code === "") faults.push({ field: "code", why: "missing" });
  else if (taken.includes(code) || (taken.length > 0 && OF_THE_CENTRE.includes(code))) faults.push({ field: "code", why: "taken" });
  if (!(code in BUILT_IN) && !reason.zh?.trim()) faults.push({ field: "zh", why: "missing" });
  const within = (field: "minutes" | "spells" | "share_percent", least: number, most: number) => {
    const value = reason[field];
    if (value !== null && (value < least || value > most)) faults.push({ field, why: "range", least, most });
  };
  within("minutes", 1, 600);
  within("spells", 0, 100);
  within("share_percent", 0, 100);
  return faults;
}
