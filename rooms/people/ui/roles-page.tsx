// Roles and what each allows: a table of permissions by room, with those that give power over others marked.
import { Button, Checkbox, Input } from "antd";
import { Check, KeyRound, Plus, ShieldAlert } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Empty, Field, Mark, Notice, Page, Panel, Skeletons, Table, Trouble } from "@kit";
import { EditDialog } from "@kit/dialog";
import { useMay } from "@lib/session";
import { deleteRole, putRole, usePermissions, useRoles, type PermissionItem, type Role } from "./api";
import { MANAGE } from "./permissions";
import { Tabs, usePermissionName, useRoleName } from "./words";

/** Permissions by their room, in the order the server lists them. */
export function byRoom(permissions: PermissionItem[]): [room: string, items: PermissionItem[]][] {
  const found = new Map<string, PermissionItem[]>();
  for (const item of permissions) {
    const room = item.key.split(".")[0] ?? "";
    found.set(room, [...(found.get(room) ?? []), item]);
  }
  return [...found];
}

function RoleDialog({ role, onClose }: { role: Role | null; onClose: () => void }) {
  const { t, i18n } = useTranslation("people");
  const roleName = useRoleName();
  const permissionName = usePermissionName();
  const permissions = usePermissions();
  const manage = useMay(MANAGE);
  const [name, setName] = useState(role?.name ?? "");
  const [title, setTitle] = useState(role ? roleName(role.name, role.title) : "");
  const [factor, setFactor] = useState(role?.second_factor ?? false);
  const [has, setHas] = useState(new Set(role?.permissions ?? []));
  const rooms = useMemo(() => byRoom(permissions.data ?? []), [permissions.data]);

  const toggle = (key: string, on: boolean) =>
    setHas((was) => {
      const next = new Set(was);
      if (on) next.add(key);
      else next.delete(key);
      return next;
    });

  return (
    <EditDialog
      width={720}
      title={role ? roleName(role.name, role.title) : t("role_add")}
      readOnly={!manage}
      ready={title.trim() !== "" && name.trim() !== ""}
      onClose={onClose}
      onSave={() => putRole({ name: name.trim(), title: title.trim(), permissions: [...has], second_factor: factor, version: role?.version ?? 0 })}
      remove={role !== null && !role.built_in && { label: t("role_delete"), blocked: role.people > 0 ? t("role_in_use") : undefined, run: () => deleteRole(role.name) }}
    >
        {role && role.people > 0 && manage && <Notice tone="accent" title={t("role_affects", { people: role.people })} />}
        {!role && (
          <Field label={t("role_key")} htmlFor="r-name" required help={t("role_key_help")}>
            <Input id="r-name" value={name} maxLength={40} onChange={(event) => setName(event.target.value.toLowerCase().replace(/[^a-z0-9_]/g, "_"))} />
          </Field>
        )}
        <Field label={t("column_name")} htmlFor="r-title" required>
          <Input id="r-title" value={title} maxLength={60} disabled={!manage || role?.built_in === true} onChange={(event) => setTitle(event.target.value)} />
        </Field>
        <Checkbox checked={factor} disabled={!manage} onChange={(event) => setFactor(event.target.checked)}>
          {t("role_second_factor")}
        </Checkbox>
        {!permissions.data && <Skeletons lines={8} />}
        {rooms.map(([room, items]) => (
          <fieldset key={room} className="permissions">
            <legend>{i18n.exists(`nav.${room}`, { ns: room }) ? (t(`nav.${room}`, { ns: room } as never) as unknown as string) : room}</legend>
            {items.map((item) => (
              <Checkbox key={item.key} checked={has.has(item.key)} disabled={!manage} onChange={(event) => toggle(item.key, event.target.checked)}>
                {permissionName(item.key)}{" "}
                {item.is_powerful && (
                  <Mark tone="wrap" icon={ShieldAlert}>
                    {t("powerful")}
                  </Mark>
                )}
              </Checkbox>
            ))}
          </fieldset>
        ))}
    </EditDialog>
  );
}

export default function RolesPage() {
  const { t } = useTranslation("people");
  const roles = useRoles();
  const permissions = usePermissions();
  const roleName = useRoleName();
  const manage = useMay(MANAGE);
  const [open, setOpen] = useState<Role | "new" | null>(null);
  const known = permissions.data?.length ?? 0;
  return (
    <Page
      title={t("tabs.roles")}
      lead={t("role_lead")}
      actions={
        manage && (
          <Button type="primary" onClick={() => setOpen("new")} icon={<Plus size={16} aria-hidden />}>
            {t("role_add")}
          </Button>
        )
      }
    >
      <Tabs />
      <Panel flush label={t("tabs.roles")}>
        {roles.isError && !roles.data ? (
          <Trouble error={roles.error} retry={() => void roles.refetch()} />
        ) : (
          <Table
            label={t("tabs.roles")}
            rows={roles.data}
            rowKey={(role) => role.name}
            onOpen={setOpen}
            expect={10}
            columns={[
              { key: "name", title: t("column_name"), cell: (role) => <button type="button" className="linkish strong" onClick={() => setOpen(role)}>{roleName(role.name, role.title)}</button> },
              { key: "kind", title: t("role_kind"), cell: (role) => (role.built_in ? <Mark tone="offline" icon={Check}>{t("built_in")}</Mark> : <span className="muted">{t("own")}</span>) },
              { key: "permissions", title: t("role_permissions"), num: true, cell: (role) => `${role.permissions.length} / ${known || "—"}` },
              { key: "people", title: t("group.people"), num: true, cell: (role) => <Link to={`/people?role=${role.name}`}>{role.people}</Link> },
            ]}
            empty={
              <Empty icon={KeyRound} title={t("role_none")}>
                {t("role_lead")}
              </Empty>
            }
          />
        )}
      </Panel>
      {open && <RoleDialog role={open === "new" ? null : open} onClose={() => setOpen(null)} />}
    </Page>
  );
}
