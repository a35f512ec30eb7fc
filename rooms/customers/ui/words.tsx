// How a customer's class and flags look: colour, icon, word.
import { Accessibility, Building2, Factory, Flame, Fuel, HeartPulse, House, ShieldAlert, Star, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Mark, type Tone } from "@kit";
import type { CustomerClass, CustomerFlag } from "@lib/customer";

const CLASS: Record<CustomerClass, LucideIcon> = { residential: House, commercial: Building2, industrial: Factory, cng: Fuel };
const FLAG: Record<CustomerFlag, [Tone, LucideIcon]> = {
  important: ["wrap", Star],
  elderly: ["hold", Accessibility],
  life_support: ["busy", HeartPulse],
  danger: ["busy", ShieldAlert],
};

export function ClassMark({ of }: { of: CustomerClass | null }) {
  const { t } = useTranslation("customers");
  if (!of) return null;
  return (
    <Mark chip tone="offline" icon={CLASS[of] ?? Flame}>
      {t(`class.${of}`)}
    </Mark>
  );
}

export function FlagMarks({ flags }: { flags: CustomerFlag[] }) {
  const { t } = useTranslation("customers");
  return (
    <>
      {flags.map((flag) => (
        <Mark key={flag} chip tone={FLAG[flag][0]} icon={FLAG[flag][1]}>
          {t(`flag.${flag}`)}
        </Mark>
      ))}
    </>
  );
}
