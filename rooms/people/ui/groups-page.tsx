// Groups of agents and who leads them.
import { App, Button, Input, Modal, Select } from "antd";
import { Plus, UsersRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Empty, Field, Notice, Page, Panel, Table, Trouble, useProblemText } from "@kit";
import { useAgents } from "@lib/directory";
import { useMay } from "@lib/session";
import { deleteGroup, putGroup, useGroups, type Group } from "./api";
import { MANAGE } from "./index";
import { Tabs } from "./words";

function GroupDialog({ group, onClose }: { group: Group | null; onClose: () => void }) {
  const { t } = useTranslation("people");
  const { t: app } = useTranslation("app");
  const { message } = App.useApp();
  const problemText = useProblemText();
  const people = useAgents();
  const [name, setName] = useState(group?.name ?? "");
  const [leader, setLeader] = useState(group?.leader ?? null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const said = problem ? problemText(problem) : null;

  async function run(what: () => Promise<void>): Promise<void> {
    setBusy(true);
    try {
      await what();
      message.success(t("saved"));
      onClose();
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Modal
      open
      title={group ? group.name : t("group.add")}
      onCancel={onClose}
      footer={
        <div className="row">
          {group && (
            <Button danger disabled={group.people > 0} title={group.people > 0 ? t("group.in_use") : undefined} onClick={() => void run(() => deleteGroup(group.id))}>
              {t("group.delete")}
            </Button>
          )}
          <span className="grow" />
          <Button onClick={onClose}>{app("cancel")}</Button>
          <Button type="primary" loading={busy} disabled={!name.trim()} onClick={() => void run(() => putGroup({ ...(group ? { id: group.id } : {}), name: name.trim(), leader, version: group?.version ?? 0 }))}>
            {app("save")}
          </Button>
        </div>
      }
    >
      <div className="stack" style={{ gap: 16 }}>
        {said && (
          <Notice tone="busy" title={said.what}>
            {said.todo}
          </Notice>
        )}
        <Field label={t("column_name")} htmlFor="g-name" required>
          <Input id="g-name" value={name} maxLength={60} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label={t("group.leader")} htmlFor="g-leader">
          <Select id="g-leader" allowClear showSearch={{ optionFilterProp: "label" }} value={leader} placeholder={app("none")} options={people.all.map((p) => ({ value: p.id, label: people.name(p.id) }))} onChange={(next: string | undefined) => setLeader(next ?? null)} />
        </Field>
      </div>
    </Modal>
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
