// The parts of this room that are set up: reasons and phrases.
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";

export function Tabs() {
  const { t } = useTranslation("interactions");
  return (
    <nav className="tabs" aria-label={t("tabs.label")}>
      <NavLink end to="/interactions/reasons">{t("tabs.reasons")}</NavLink>
      <NavLink to="/interactions/reasons/phrases">{t("tabs.phrases")}</NavLink>
    </nav>
  );
}
