// The parts of this room.
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import { useMay } from "@lib/session";
import { READ, READ_BULLETINS, SETTINGS_READERS, TEMPLATE_READERS } from "./permissions";

export function Tabs() {
  const { t } = useTranslation("notices");
  const [read, templates, bulletins, settings] = [useMay(READ), useMay(TEMPLATE_READERS), useMay(READ_BULLETINS), useMay(SETTINGS_READERS)];
  return (
    <nav className="tabs" aria-label={t("nav.notices")}>
      {read && <NavLink end to="/notices">{t("tabs.notices")}</NavLink>}
      {read && <NavLink to="/notices/replies">{t("tabs.replies")}</NavLink>}
      {templates && <NavLink to="/notices/templates">{t("tabs.templates")}</NavLink>}
      {bulletins && <NavLink to="/notices/bulletins">{t("tabs.bulletins")}</NavLink>}
      {settings && <NavLink to="/notices/settings">{t("tabs.settings")}</NavLink>}
    </nav>
  );
}
