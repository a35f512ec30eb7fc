// Words that several pages of this room say: what a unit is, what a matter is called, what somebody is on duty for.
import { BellOff, Building2, Network, UsersRound, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import { Notice } from "@kit";
import { useAgents } from "@lib/directory";
import { useMay } from "@lib/session";
import type { Kind, WholeUnit } from "./api";
import { CONFIGURE } from "./permissions";

export const KIND_ICON: Record<Kind, LucideIcon> = { branch: Building2, department: Network, team: UsersRound };

/** Kinds of matters that the product knows; others are free words, and shown as they are. */
export const MATTERS = ["fault", "leak", "meter", "service", "billing", "safety", "works", "charging", "discipline", "enquiry", "complaint", "report", "opinion", "suggestion", "praise", "request"] as const;

/** Where nobody of the unit itself hears what is sent to it: who does instead. */
export function HearsNotice({ hears: { hears, people } }: Pick<WholeUnit, "hears">) {
  const { t } = useTranslation("departments");
  const agents = useAgents();
  if (hears === "unit") return null;
  return (
    <Notice tone={hears === "nobody" ? "busy" : "wrap"} icon={BellOff} title={t(`hears.${hears}`, { people: people.map((person) => agents.name(person)).filter(Boolean).join("、") })}>
      {t("hears.todo")}
    </Notice>
  );
}

export function Tabs() {
  const { t } = useTranslation("departments");
  const configure = useMay(CONFIGURE);
  return (
    <nav className="tabs" aria-label={t("tabs.label")}>
      <NavLink end to="/departments">
        {t("tabs.units")}
      </NavLink>
      <NavLink to="/departments/duty">{t("tabs.duty")}</NavLink>
      {configure && <NavLink to="/departments/matters">{t("tabs.matters")}</NavLink>}
    </nav>
  );
}
