// The pages of this room.
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import { useMay } from "@lib/session";
import { CONFIGURE } from "./permissions";

export function Tabs() {
  const { t } = useTranslation("storms");
  const configure = useMay(CONFIGURE);
  return (
    <nav className="tabs" aria-label={t("nav.storms")}>
      <NavLink to="/storms" end>{t("tabs.now")}</NavLink>
      <NavLink to="/storms/past">{t("tabs.past")}</NavLink>
      {configure && <NavLink to="/storms/settings">{t("tabs.settings")}</NavLink>}
    </nav>
  );
}
