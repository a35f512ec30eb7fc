// Groups of agents and who leads them.
import { Button, Input, Select } from "antd";
import { Plus, UsersRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Empty, Field, Page, Panel, Table, Trouble } from "@kit";
import { EditDialog } from "@kit/dialog";
import { useAgents } from "@lib/directory";
import { useMay } from "@lib/session";
import { deleteGroup, putGroup, useGroups, type Group } from "./api";
import { MANAGE } from "./permissions";
import { Tabs } from "./words";

function GroupDialog({ group, onClose }: { group: Group | null; onClose: () => void }) {
  const { t } = useTranslation("people");
  const { t: app } = useTranslation("app");
  const people = useAgents();
  const [name, setName] = useState(group?.name ?? "");
  const [leader, setLeader] = useState(group?.leader ?? null);
  return (
    <EditDialog
      title={group ? group.name : t("group.add")}
      ready={name.trim() !== ""}
      onClose={onClose}
      onSave={() => putGroup({ ...(group ? { id: group.id } : {}), name: name.trim(), leader, version: group?.version ?? 0 })}
      remove={group !== null && { label: t("group.delete"), blocked: group.people > 0 ? t("group.in_use") : undefined, run: () => deleteGroup(group.id) }}
    >
        <Field label={t("column_name")} htmlFor="g-name" required>
          <Input id="g-name" value={name} maxLength={60} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label={t("group.leader")} htmlFor="g-leader">
          <Select id="g-leader" allowClear showSearch={{ optionFilterProp: "label" }} value={leader} placeholder={app("none")} options={people.all.map((p) => ({ value: p.id, label: people.name(p.id) }))} onChange={(next: string | undefined) => setLeader(next ?? null)} />
        </Field>
    </EditDialog>
  );
}

export default function GroupsPage() {
  const { t } = useTranslation("people");
  const groups = useGroups();
  const people = useAgents();
  const manage = useMay(MANAGE);
  const [open, setOpen] = useState<Group | "new" | null>(null);
  return (
    <Page
      title={t("tabs.groups")}
      lead={t("group.lead")}
      actions={
        manage && (
          <Button type="primary" onClick={() => setOpen("new")} icon={<Plus size={16} aria-hidden />}>
            {t("group.add")}
          </Button>
        )
      }
    >
      <Tabs />
      <Panel flush label={t("tabs.groups")}>
        {groups.isError && !groups.data ? (
          <Trouble error={groups.error} retry={() => void groups.refetch()} />
        ) : (
          <Table
            label={t("tabs.groups")}
            rows={groups.data}
            rowKey={(group) => group.id}
            {...(manage ? { onOpen: setOpen } : {})}
            expect={4}
            columns={[
              { key: "name", title: t("column_name"), cell: (group) => (manage ? <button type="button" className="linkish strong" onClick={() => setOpen(group)}>{group.name}</button> : <b>{group.name}</b>) },
              { key: "leader", title: t("group.leader"), cell: (group) => people.name(group.leader) ?? "—" },
              { key: "people", title: t("group.people"), num: true, cell: (group) => <Link to={`/people?group=${group.id}`}>{group.people}</Link> },
            ]}
            empty={
              <Empty icon={UsersRound} title={t("group.none")}>
                {t("group.none_todo")}
              </Empty>
            }
          />
        )}
      </Panel>
      {open && <GroupDialog group={open === "new" ? null : open} onClose={() => setOpen(null)} />}
    </Page>
  );
}
