// Names that this room translates: built-in roles, permissions, a person's state.
import { CircleCheck, DoorOpen, Lock } from "lucide-react";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import { Mark } from "@kit";
import type { Person, Role } from "./api";

export function useRoleName() {
  const { t, i18n } = useTranslation("people");
  return (role: string, title?: string): string => (i18n.exists(`role.${role}`, { ns: "people" }) ? (t(`role.${role}` as "role.agent") as string) : title || role);
}

export function roleOptions(roles: Role[] | undefined, name: (role: string, title?: string) => string) {
  return (roles ?? []).map((role) => ({ value: role.name, label: name(role.name, role.title) }));
}

/** `recordings.play` is worded by the room it belongs to, under `permission.play`. */
export function usePermissionName() {
  const { t, i18n } = useTranslation("people");
  return (key: string): string => {
    const [room = "", verb = ""] = key.split(".");
    return i18n.exists(`permission.${verb}`, { ns: room }) ? (t(`permission.${verb}`, { ns: room } as never) as unknown as string) : key;
  };
}

export function StateMark({ person }: { person: Pick<Person, "state" | "locked_until"> }) {
  const { t } = useTranslation("people");
  if (person.state === "left")
    return (
      <Mark tone="offline" icon={DoorOpen}>
        {t("state.left")}
      </Mark>
    );
  if (person.state === "locked" || person.locked_until)
    return (
      <Mark tone="busy" icon={Lock}>
        {person.state === "locked" ? t("state.locked") : t("state.locked_out")}
      </Mark>
    );
  return (
    <Mark tone="ready" icon={CircleCheck}>
      {t("state.active")}
    </Mark>
  );
}

export function Tabs() {
  const { t } = useTranslation("people");
  return (
    <nav className="tabs" aria-label={t("title")}>
      <NavLink to="/people" end>
        {t("tabs.people")}
      </NavLink>
      <NavLink to="/people/groups">{t("tabs.groups")}</NavLink>
      <NavLink to="/people/roles">{t("tabs.roles")}</NavLink>
    </nav>
  );
}
