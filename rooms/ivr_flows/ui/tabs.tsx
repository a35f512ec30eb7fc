// The three parts of this room: flows, the called numbers that lead to them, and the prompts they play.
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";

export function Tabs() {
  const { t } = useTranslation("ivr_flows");
  return (
    <nav className="tabs" aria-label={t("tabs.label")}>
      <NavLink to="/ivr_flows" end>
        {t("tabs.flows")}
      </NavLink>
      <NavLink to="/ivr_flows/numbers">{t("tabs.numbers")}</NavLink>
      <NavLink to="/ivr_flows/prompts">{t("tabs.prompts")}</NavLink>
    </nav>
  );
}
