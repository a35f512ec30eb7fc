// Who works here: found by number or name, group, role and state; one person opens at the side.
import { Button } from "antd";
import { Headset, UserPlus, UsersRound } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Mark, Nothing, Page, type Column } from "@kit";
import { ChoiceFilter, Filters, TextFilter } from "@kit/filters";
import { Listed } from "@kit/listed";
import { useQueues } from "@lib/directory";
import { useMay } from "@lib/session";
import { useUrlState } from "@lib/url";
import { FILTERS, useGroups, usePeople, useRoles, type Person } from "./api";
import { MANAGE } from "./permissions";
import { PersonDrawer } from "./person-drawer";
import { roleOptions, StateMark, Tabs, useRoleName } from "./words";

export default function PeoplePage() {
  const { t } = useTranslation("people");
  const [url, change] = useUrlState([...FILTERS, "person"] as const);
  const { person: open, ...filters } = url;
  const { after, ...chosen } = filters;
  const people = usePeople(filters);
  const groups = useGroups();
  const roles = useRoles();
  const queues = useQueues();
  const roleName = useRoleName();
  const manage = useMay(MANAGE);
  const filtered = Object.keys(chosen).length > 0;
  const set = (next: Parameters<typeof change>[0]) => change({ ...next, after: null });
  const clear = () => set(Object.fromEntries(FILTERS.map((key) => [key, null])));
  const groupName = (id: string | null) => (id ? (groups.data?.find((group) => group.id === id)?.name ?? id) : "—");

  const columns: Column<Person>[] = [
    { key: "number", title: t("column.number"), cell: (p) => <button type="button" className="linkish" onClick={() => change({ person: p.id })}>{p.number}</button> },
    { key: "name", title: t("column.name"), cell: (p) => <span className="strong nowrap">{p.name}</span> },
    { key: "state", title: t("column.state"), cell: (p) => <StateMark person={p} /> },
    { key: "group", title: t("column.group"), cell: (p) => <span className="nowrap">{groupName(p.group)}</span> },
    { key: "roles", title: t("column.roles"), cell: (p) => p.roles.map((role) => roleName(role, roles.data?.find((r) => r.name === role)?.title)).join("、") || "—" },
    { key: "queues", title: t("column.queues"), cell: (p) => [...p.queues].sort((a, b) => a.rank - b.rank).map((served) => queues.name(served.queue)).join("、") || "—" },
    {
      key: "phone",
      title: t("column.phone"),
      cell: (p) =>
        p.phone ? (
          <Mark tone="accent" icon={Headset}>
            {t("answers")}
          </Mark>
        ) : (
          <span className="muted">—</span>
        ),
    },
  ];

  return (
    <Page
      title={t("title")}
      lead={t("lead")}
      actions={
        manage && (
          <Button type="primary" onClick={() => change({ person: "new" })} icon={<UserPlus size={16} aria-hidden />}>
            {t("add")}
          </Button>
        )
      }
    >
      <Tabs />
      <Filters label={t("filters")} active={filtered} onClear={clear}>
        <TextFilter id="text" label={t("filter_text")} width={170} value={filters.text} onChange={(text) => set({ text })} />
        <ChoiceFilter id="group" label={t("column.group")} width={150} value={filters.group} onChange={(group) => set({ group })} options={(groups.data ?? []).map((group) => ({ value: group.id, label: group.name, search: group.name }))} />
        <ChoiceFilter id="role" label={t("column.roles")} width={150} value={filters.role} onChange={(role) => set({ role })} options={roleOptions(roles.data, roleName)} />
        <ChoiceFilter id="state" label={t("column.state")} width={130} value={filters.state} onChange={(state) => set({ state })} options={(["active", "locked", "left"] as const).map((value) => ({ value, label: t(`state.${value}`) }))} />
      </Filters>
      <Listed
        label={t("title")}
        columns={columns}
        of={people}
        cursor="after"
        words="list"
        rowKey={(p) => p.id}
        onOpen={(p) => change({ person: p.id })}
        selected={open ?? null}
        expect={12}
        empty={<Nothing filtered={filtered || after !== undefined} found={[t("none_found"), t("none_found_todo")]} onAll={clear} icon={UsersRound} none={[t("none"), t("none_todo")]} />}
      />
      {open && <PersonDrawer key={open} id={open} onClose={() => change({ person: null })} />}
    </Page>
  );
}
