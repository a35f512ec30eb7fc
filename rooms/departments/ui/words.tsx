// Words that several pages of this room say: what a unit is, what a matter is called, what somebody is on duty for.
import { Building2, Network, UsersRound, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import { useMay } from "@lib/session";
import type { Kind } from "./api";
import { CONFIGURE } from "./permissions";

export const KIND_ICON: Record<Kind, LucideIcon> = { branch: Building2, department: Network, team: UsersRound };

/** Kinds of matters that the product knows; others are free words, and shown as they are. */
export const MATTERS = ["fault", "leak", "meter", "service", "billing", "safety", "works", "charging", "discipline", "enquiry", "complaint", "report", "opinion", "suggestion", "praise", "request"] as const;

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
