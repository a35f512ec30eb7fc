// What a centre decides about its orders: its settings, its sub-types, its limits.
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import { Page } from "@kit";
import { useUrlState } from "@lib/url";
import { GeneralPart } from "./general-part";
import { KindsPart } from "./kinds-part";
import { LimitsPart } from "./limits-part";

const PARTS = ["general", "kinds", "limits"] as const;
const SHOWN = { general: GeneralPart, kinds: KindsPart, limits: LimitsPart };

export default function SettingsPage() {
  const { t } = useTranslation("work_orders");
  const [url] = useUrlState(["part"] as const);
  const part = PARTS.find((key) => key === url.part) ?? "general";
  const Part = SHOWN[part];
  return (
    <Page title={t("settings.title")} lead={t("settings.lead")}>
      <nav className="tabs" aria-label={t("settings.title")}>
        {PARTS.map((key) => (
          <NavLink key={key} to={key === "general" ? "/work_orders/settings" : `/work_orders/settings?part=${key}`} aria-current={part === key ? "page" : false}>
            {t(`settings.${key}`)}
          </NavLink>
        ))}
      </nav>
      <Part />
    </Page>
  );
}
