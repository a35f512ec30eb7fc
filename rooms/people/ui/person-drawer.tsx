// One person at the side of the list: seen by all who may read, changed as far as the server allows.
import { App, Button, Drawer, Input, InputNumber, Modal, Select, Switch } from "antd";
import { Copy, KeyRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Field, Notice, Skeletons, Trouble, useProblemText } from "@kit";
import { useQueues } from "@lib/directory";
import { actOn, addPerson, changePerson, resetPassword, takeSecondFactor, useGroups, usePerson, useRoles, type Act, type Person, type PersonForm } from "./api";
import { roleOptions, StateMark, useRoleName } from "./words";

const EMPTY: PersonForm = { name: "", group: null, roles: ["agent"], queues: [], skills: {}, phone: true, contact: null, wrap_up_s: null };
const ACTS: Act[] = ["unlock", "lock", "take_back", "leave"];

/** `泄漏 5` → level; a skill without a number is at level 5. */
export function parseSkills(tags: string[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const tag of tags) {
    const [, name = "", level] = /^(.*?)\s*([1-9])?$/.exec(tag.trim()) ?? [];
    if (name) found[name] = level ? Number(level) : 5;
  }
  return found;
}
export const writeSkills = (skills: Record<string, number>): string[] => Object.entries(skills).map(([name, level]) => `${name} ${level}`);

function Password({ of, onClose }: { of: { name: string; password: string }; onClose: () => void }) {
  const { t } = useTranslation("people");
  const { message } = App.useApp();
  return (
    <Modal open title={t("password.title", { name: of.name })} onCancel={onClose} footer={<Button type="primary" onClick={onClose}>{t("password.done")}</Button>} closable={false} mask={{ closable: false }}>
      <div className="stack">
        <p>{t("password.text")}</p>
        <div className="row">
          <code style={{ fontSize: 22, letterSpacing: ".04em" }}>{of.password}</code>
          <Button icon={<Copy size={16} aria-hidden />} onClick={() => void navigator.clipboard?.writeText(of.password).then(() => message.success(t("password.copied")))}>
            {t("password.copy")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

function Form({ person, onClose }: { person: Person | null; onClose: () => void }) {
  const { t } = useTranslation("people");
  const { t: app } = useTranslation("app");
  const { message } = App.useApp();
  const problemText = useProblemText();
  const groups = useGroups();
  const roles = useRoles();
  const queues = useQueues();
  const roleName = useRoleName();
  const [number, setNumber] = useState("");
  const [form, setForm] = useState<PersonForm>(person ?? EMPTY);
  const [skills, setSkills] = useState(writeSkills(form.skills));
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const [handOver, setHandOver] = useState<{ name: string; password: string } | null>(null);
  const [asking, setAsking] = useState<Act | null>(null);
  const [reason, setReason] = useState("");
  const said = problem ? problemText(problem) : null;
  const all = person === null || person.allowed.includes("edit");
  const some = all || (person?.allowed.includes("assign") ?? false);
  const put = (next: Partial<PersonForm>) => setForm((was) => ({ ...was, ...next }));

  async function run(what: () => Promise<void>): Promise<void> {
    setBusy(true);
    setProblem(null);
    try {
      await what();
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  }

  const save = () =>
    run(async () => {
      const { name, group, roles: has, queues: serves, phone, contact, wrap_up_s } = form;
      const clean: PersonForm = { name: name.trim(), group, roles: has, queues: serves, skills: parseSkills(skills), phone, contact: contact?.trim() || null, wrap_up_s };
      if (person) {
        await changePerson(person, clean);
        message.success(t("saved"));
        onClose();
      } else {
        const made = await addPerson(number.trim(), clean);
        setHandOver({ name: made.person.name, password: made.temporary_password });
      }
    });

  return (
    <Drawer
      open
      size={520}
      onClose={onClose}
      title={person ? `${person.number} ${person.name}` : t("add")}
      extra={person && <StateMark person={person} />}
      footer={
        <div className="row">
          {person?.allowed.includes("reset_password") && (
            <Button
              disabled={busy}
              title={t("second_factor.take_help")}
              onClick={() =>
                void run(async () => {
                  await takeSecondFactor(person);
                  message.success(t("second_factor.taken"));
                })
              }
            >
              {t("second_factor.take")}
            </Button>
          )}
          {person?.allowed.includes("reset_password") && (
            <Button
              icon={<KeyRound size={16} aria-hidden />}
              onClick={() =>
                void run(async () => {
                  const made = await resetPassword(person);
                  setHandOver({ name: made.person.name, password: made.temporary_password });
                })
              }
            >
              {t("act.reset_password")}
            </Button>
          )}
          <span className="grow" />
          <Button onClick={onClose}>{some ? app("cancel") : app("close")}</Button>
          {some && (
            <Button type="primary" loading={busy} disabled={!form.name.trim() || (!person && !number.trim())} onClick={() => void save()}>
              {person ? app("save") : t("add_send")}
            </Button>
          )}
        </div>
      }
    >
      <div className="stack" style={{ gap: 16 }}>
        {said && (
          <Notice tone="busy" title={said.what}>
            {said.todo}
          </Notice>
        )}
        {person && !all && <Notice tone="accent" title={some ? t("some_only") : t("read_only")} />}
        {person?.locked_until && <Notice tone="wrap" title={t("locked_out")}>{t("locked_out_todo")}</Notice>}
        {!person && (
          <Field label={t("column.number")} htmlFor="p-number" required help={t("number_help")}>
            <Input id="p-number" value={number} maxLength={32} onChange={(event) => setNumber(event.target.value)} />
          </Field>
        )}
        <Field label={t("column.name")} htmlFor="p-name" required>
          <Input id="p-name" value={form.name} maxLength={60} disabled={!all} onChange={(event) => put({ name: event.target.value })} />
        </Field>
        <Field label={t("column.group")} htmlFor="p-group">
          <Select id="p-group" allowClear value={form.group} disabled={!some} placeholder={app("none")} options={(groups.data ?? []).map((group) => ({ value: group.id, label: group.name }))} onChange={(group: string | undefined) => put({ group: group ?? null })} />
        </Field>
        <Field label={t("column.roles")} htmlFor="p-roles">
          <Select id="p-roles" mode="multiple" value={form.roles} disabled={!all} options={roleOptions(roles.data, roleName)} onChange={(next: string[]) => put({ roles: next })} />
        </Field>
        <Field label={t("column.queues")} htmlFor="p-queues" help={t("queues_help")}>
          <Select
            id="p-queues"
            mode="multiple"
            value={[...form.queues].sort((a, b) => a.rank - b.rank).map((served) => served.queue)}
            disabled={!some}
            options={queues.all.map((queue) => ({ value: queue.id, label: queue.name }))}
            onChange={(next: string[]) => put({ queues: next.map((queue, i) => ({ queue, rank: i + 1 })) })}
          />
        </Field>
        <Field label={t("column.skills")} htmlFor="p-skills" help={t("skills_help")}>
          <Select id="p-skills" mode="tags" open={false} suffixIcon={null} value={skills} disabled={!some} tokenSeparators={[",", "，", "、"]} onChange={(next: string[]) => setSkills(next)} />
        </Field>
        <Field label={t("column.wrap_up")} htmlFor="p-wrap" help={t("wrap_up_help")}>
          <InputNumber id="p-wrap" min={0} max={3600} precision={0} value={form.wrap_up_s} disabled={!some} suffix={t("seconds")} style={{ width: 160 }} onChange={(wrap_up_s) => put({ wrap_up_s })} />
        </Field>
        <div className="row">
          <Switch id="p-phone" checked={form.phone} disabled={!all} onChange={(phone) => put({ phone })} />
          <label htmlFor="p-phone">{t("phone_help")}</label>
        </div>
        {form.phone && (
          <Field label={t("column.contact")} htmlFor="p-contact" help={t("contact_help")}>
            <Input id="p-contact" value={form.contact ?? ""} disabled={!all} maxLength={200} placeholder="sip:1001@10.0.0.21:5060" onChange={(event) => put({ contact: event.target.value })} />
          </Field>
        )}
        {person && (
          <div className="row wrap">
            {ACTS.filter((act) => person.allowed.includes(act)).map((act) => (
              <Button key={act} danger={act === "leave" || act === "lock"} onClick={() => setAsking(act)}>
                {t(`act.${act}`)}
              </Button>
            ))}
            <Link to={`/calls?agent=${person.id}`}>{t("his_calls")}</Link>
          </div>
        )}
      </div>
      {asking && person && (
        <Modal
          open
          title={t(`act.${asking}`)}
          okText={t(`act.${asking}`)}
          cancelText={app("cancel")}
          okButtonProps={{ danger: asking === "leave" || asking === "lock" }}
          confirmLoading={busy}
          onCancel={() => setAsking(null)}
          onOk={() =>
            void run(async () => {
              await actOn(person, asking, reason.trim());
              message.success(t("saved"));
              onClose();
            }).then(() => setAsking(null))
          }
        >
          <div className="stack">
            <p>{t(`consequence.${asking}`, { name: person.name })}</p>
            <Field label={t("reason")} htmlFor="p-reason">
              <Input id="p-reason" value={reason} maxLength={200} onChange={(event) => setReason(event.target.value)} />
            </Field>
          </div>
        </Modal>
      )}
      {handOver && (
        <Password
          of={handOver}
          onClose={() => {
            setHandOver(null);
            onClose();
          }}
        />
      )}
    </Drawer>
  );
}

export function PersonDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation("people");
  const person = usePerson(id === "new" ? undefined : id);
  if (id === "new") return <Form person={null} onClose={onClose} />;
  if (person.data) return <Form key={`${person.data.id}/${person.data.version}`} person={person.data} onClose={onClose} />;
  return (
    <Drawer open size={520} onClose={onClose} title={t("person")}>
      {person.isError ? <Trouble error={person.error} retry={() => void person.refetch()} /> : <Skeletons lines={10} height={30} />}
    </Drawer>
  );
}
