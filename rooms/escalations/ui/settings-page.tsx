// The ladder as it is set: who stands on each step, how they are told, how long they have; and what begins where.
import { Button, Checkbox, Input, InputNumber, Select } from "antd";
import { Plus, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Field, Panel } from "@kit";
import { FlowHelp } from "@kit/flow-help";
import { DraftForm, Numbers, SettingsOf, useDraft } from "@kit/settings";
import { useAgents, useFlowNames, useUnits } from "@lib/directory";
import { BY_RULE, CHANNELS, GROUNDS, RUNGS, putSettings, useSettings, type Channel, type Ground, type Rung, type Settings, type Source, type Step, type Way } from "./api";
import { Tabs } from "./marks";

const NUMBERS = [
  ["reports", 2, 1000],
  ["reports_min", 5, 240],
  ["queue_waiting", 1, 5000],
  ["queue_longest_s", 10, 3600],
  ["queue_for_s", 0, 900],
  ["again_min", 1, 240],
  ["idle_min", 0, 240],
] as const;
const KINDS = ["group_leader", "role", "unit_leaders", "on_duty", "person"] as const;
const ROLES = ["group_leader", "shift_leader", "supervisor", "manager"] as const;
const PEOPLE_MAX = 20;

const fresh: Record<Source["of"], Source> = {
  group_leader: { of: "group_leader" },
  role: { of: "role", role: "supervisor" },
  unit_leaders: { of: "unit_leaders" },
  on_duty: { of: "on_duty", unit: null },
  person: { of: "person", person: "" },
};

function OneSource({ source, onChange }: { source: Source; onChange: (source: Source) => void }) {
  const { t } = useTranslation("escalations");
  const [agents, units] = [useAgents(), useUnits()];
  return (
    <>
      <Select style={{ width: 190 }} aria-label={t("settings.people")} value={source.of} options={KINDS.map((value) => ({ value, label: t(`source.${value}`) }))} onChange={(of) => onChange(fresh[of])} />
      {source.of === "role" && (
        <Select style={{ width: 160 }} aria-label={t("source.role")} value={source.role} options={ROLES.map((value) => ({ value, label: t(`role.${value}`) }))} onChange={(role) => onChange({ of: "role", role })} />
      )}
      {source.of === "on_duty" && (
        <Select
          style={{ width: 220 }}
          aria-label={t("source.on_duty")}
          value={source.unit ?? ""}
          options={[{ value: "", label: t("source.head") }, ...units.all.filter((unit) => !unit.retired).map((unit) => ({ value: unit.id, label: unit.name }))]}
          onChange={(unit) => onChange({ of: "on_duty", unit: unit === "" ? null : unit })}
        />
      )}
      {source.of === "person" && (
        <Select
          style={{ width: 220 }}
          showSearch
          optionFilterProp="label"
          aria-label={t("source.person")}
          value={source.person || undefined}
          options={agents.all.map((agent) => ({ value: agent.id, label: agents.name(agent.id) ?? agent.id }))}
          onChange={(person: string) => onChange({ of: "person", person })}
        />
      )}
    </>
  );
}

function StepForm({ rung, step, onChange }: { rung: Rung; step: Step; onChange: (step: Step) => void }) {
  const { t } = useTranslation("escalations");
  const put = (at: number, source: Source) => onChange({ ...step, people: step.people.map((one, place) => (place === at ? source : one)) });
  return (
    <Panel title={t(`rung.${rung}`)}>
      <Field label={t("settings.ack_min")} htmlFor={`ack-${rung}`} help={t("settings.help_ack_min")}>
        <InputNumber id={`ack-${rung}`} value={step.ack_min} min={1} max={60} precision={0} changeOnWheel={false} onChange={(value) => onChange({ ...step, ack_min: value ?? 5 })} />
      </Field>
      <Field label={t("settings.people")} help={t("settings.help_people")}>
        <div className="stack">
          {step.people.map((source, at) => (
            <span key={at} className="row tight">
              <OneSource source={source} onChange={(next) => put(at, next)} />
              <Button type="text" aria-label={t("settings.remove")} disabled={step.people.length === 1} icon={<Trash2 size={16} aria-hidden />} onClick={() => onChange({ ...step, people: step.people.filter((_, place) => place !== at) })} />
            </span>
          ))}
          <Button style={{ justifySelf: "start" }} disabled={step.people.length >= PEOPLE_MAX} icon={<Plus size={16} aria-hidden />} onClick={() => onChange({ ...step, people: [...step.people, fresh.role] })}>{t("settings.add")}</Button>
        </div>
      </Field>
      <Field label={t("settings.tell")} help={t("settings.help_tell")}>
        <Checkbox.Group
          value={step.tell}
          options={CHANNELS.map((value) => ({ value, label: t(`channel.${value}`), disabled: value === "screen" }))}
          onChange={(tell) => onChange({ ...step, tell: tell as Channel[] })}
        />
      </Field>
    </Panel>
  );
}

function WayForm({ ground, way, onChange }: { ground: Ground; way: Way; onChange: (way: Way) => void }) {
  const { t } = useTranslation("escalations");
  const rungs = RUNGS.map((value) => ({ value, label: t(`rung.${value}`) }));
  return (
    <Field label={t(`ground.${ground}`)}>
      <span className="row tight">
        <Select style={{ width: 150 }} aria-label={`${t(`ground.${ground}`)} ${t("settings.from")}`} value={way.from} options={rungs} onChange={(from) => onChange({ ...way, from, to: RUNGS.indexOf(way.to) < RUNGS.indexOf(from) ? from : way.to })} />
        <span className="muted">{t("settings.to")}</span>
        <Select style={{ width: 150 }} aria-label={`${t(`ground.${ground}`)} ${t("settings.to")}`} value={way.to} options={rungs.filter((one) => RUNGS.indexOf(one.value) >= RUNGS.indexOf(way.from))} onChange={(to) => onChange({ ...way, to })} />
        {BY_RULE.includes(ground) && <Checkbox checked={way.by_rule} onChange={(event) => onChange({ ...way, by_rule: event.target.checked })}>{t("settings.by_rule")}</Checkbox>}
      </span>
    </Field>
  );
}

function Form({ version, settings }: { version: number; settings: Settings }) {
  const { t } = useTranslation("escalations");
  const draft = useDraft(settings, (form) => putSettings(form, version));
  const { form, set } = draft;
  const words = (key: (typeof NUMBERS)[number][0]) => ({ label: t(`settings.${key}`), help: t(`settings.help_${key}`) });
  const flows = useFlowNames();
  const call = (patch: Partial<Settings["calls"]>) => set({ calls: { ...form.calls, ...patch } });
  return (
    <DraftForm draft={draft} words={{ reset: t("settings.reset"), save: t("settings.save") }}>
      {RUNGS.map((rung) => <StepForm key={rung} rung={rung} step={form.steps[rung]} onChange={(step) => set({ steps: { ...form.steps, [rung]: step } })} />)}
      <Panel title={t("settings.grounds")}>
        <p className="soft">{t("settings.help_grounds")}</p>
        <div className="form-grid">
          {GROUNDS.map((ground) => <WayForm key={ground} ground={ground} way={form.grounds[ground]} onChange={(way) => set({ grounds: { ...form.grounds, [ground]: way } })} />)}
        </div>
      </Panel>
      <Panel title={t("settings.calls")}>
        <p className="soft">{t("settings.help_calls")}</p>
        <div className="form-grid">
          <Field label={t("settings.flow")} htmlFor="f-flow" help={<FlowHelp flow={form.calls.flow}>{t("settings.help_flow")}</FlowHelp>}>
            <Select id="f-flow" showSearch value={form.calls.flow} options={[...new Set([form.calls.flow, ...flows])].map((value) => ({ value, label: value }))} onChange={(flow: string) => call({ flow })} />
          </Field>
          <Field label={t("settings.attempts")} htmlFor="f-attempts" help={t("settings.help_attempts")}>
            <InputNumber id="f-attempts" value={form.calls.attempts} min={1} max={5} precision={0} changeOnWheel={false} onChange={(value) => call({ attempts: value ?? 2 })} />
          </Field>
          <Field label={t("settings.ring_s")} htmlFor="f-ring">
            <InputNumber id="f-ring" value={form.calls.ring_s} min={5} max={60} precision={0} changeOnWheel={false} onChange={(value) => call({ ring_s: value ?? 30 })} />
          </Field>
          <Field label={t("settings.hours")} help={t("settings.help_hours")}>
            <span className="row tight">
              <Input aria-label={t("settings.hours_from")} style={{ width: 80 }} maxLength={5} value={form.calls.from.slice(0, 5)} onChange={(event) => call({ from: event.target.value })} />
              <span className="muted">–</span>
              <Input aria-label={t("settings.hours_to")} style={{ width: 80 }} maxLength={5} value={form.calls.to.slice(0, 5)} onChange={(event) => call({ to: event.target.value })} />
            </span>
          </Field>
        </div>
      </Panel>
      <Panel title={t("settings.limits")}>
        <div className="form-grid">
          <Numbers of={NUMBERS} form={form} set={set} words={words} />
        </div>
      </Panel>
    </DraftForm>
  );
}

export default function SettingsPage() {
  const { t } = useTranslation("escalations");
  return <SettingsOf of={useSettings()} form={Form} words={{ title: t("settings.title"), lead: t("settings.lead") }} tabs={<Tabs />} />;
}
