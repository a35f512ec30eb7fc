// The parts of this room.
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import { useMay } from "@lib/session";
import { READ, SETTINGS_READERS, TEMPLATE_READERS } from "./permissions";

export function Tabs() {
  const { t } = useTranslation("notices");
  const [read, templates, settings] = [useMay(READ), useMay(TEMPLATE_READERS), useMay(SETTINGS_READERS)];
  return (
    <nav className="tabs" aria-label={t("nav.notices")}>
      {read && <NavLink end to="/notices">{t("tabs.notices")}</NavLink>}
      {templates && <NavLink to="/notices/templates">{t("tabs.templates")}</NavLink>}
      {settings && <NavLink to="/notices/settings">{t("tabs.settings")}</NavLink>}
    </nav>
  );
}
