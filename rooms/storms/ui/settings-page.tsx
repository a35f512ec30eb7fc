// When storm mode begins by itself and what it does, with what that would mean now before it is saved.
import { Button, Checkbox, Input, InputNumber, Select, Switch } from "antd";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Field, Page, Panel, useDeskWords, useReasonCodes } from "@kit";
import { DraftForm, Loaded, useDraft } from "@kit/settings";
import { useQueues } from "@lib/directory";
import { putSettings, useSettings, type Help, type Settings, type SettingsView } from "./api";
import { Effects } from "./switch";
import { Tabs } from "./tabs";
import "./storms.css";

const THRESHOLDS = [
  ["arrivals_percent", 110, 5000],
  ["arrivals_least", 1, 10000],
  ["waiting", 1, 5000],
  ["lines_percent", 10, 100],
  ["abandoned_percent", 1, 100],
  ["abandoned_least", 1, 10000],
  ["signs", 1, 4],
  ["hold_s", 15, 3600],
  ["calm_percent", 10, 100],
  ["calm_min", 1, 240],
] as const;

function Helpers({ form, set }: { form: Settings; set: (patch: Partial<Settings>) => void }) {
  const { t } = useTranslation("storms");
  const queues = useQueues();
  const options = queues.all.map(({ id, name }) => ({ value: id, label: name }));
  const change = (nth: number, patch: Partial<Help>) => set({ helpers: form.helpers.map((help, at) => (at === nth ? { ...help, ...patch } : help)) });
  const first = queues.all[0]?.id;
  return (
    <div className="stack">
      {form.helpers.map((help, nth) => (
        <div className="storm-help" key={nth}>
          <Select aria-label={t("settings.help_of")} allowClear placeholder={t("settings.help_of")} options={options} value={help.of} onChange={(of: string | undefined) => change(nth, { of: of ?? null })} />
          <Input aria-label={t("settings.help_skill")} placeholder={t("settings.help_skill")} disabled={help.of !== null} maxLength={40} value={help.skill ?? ""} onChange={(event) => change(nth, { skill: event.target.value || null })} />
          <Select aria-label={t("settings.help_queue")} options={options} value={help.queue} onChange={(queue: string) => change(nth, { queue })} />
          <InputNumber aria-label={t("settings.help_rank")} min={1} max={99} precision={0} value={help.rank} onChange={(rank) => change(nth, { rank: rank ?? 9 })} />
          <Button aria-label={t("settings.help_remove")} icon={<Trash2 size={16} aria-hidden />} onClick={() => set({ helpers: form.helpers.filter((_, at) => at !== nth) })} />
        </div>
      ))}
      <div>
        <Button disabled={!first} icon={<Plus size={16} aria-hidden />} onClick={() => first && set({ helpers: [...form.helpers, { queue: first, of: null, skill: null, level: 1, rank: 9 }] })}>{t("settings.help_add")}</Button>
      </div>
    </div>
  );
}

function Form({ view }: { view: SettingsView }) {
  const { t } = useTranslation("storms");
  const words = useDeskWords();
  const codes = useReasonCodes();
  const queues = useQueues();
  const [looked, setLooked] = useState<Settings | null>(null);
  const draft = useDraft(view.settings, (form) => putSettings(form, view.version));
  const { form, set } = draft;
  const options = queues.all.map(({ id, name }) => ({ value: id, label: name }));
  const number = (key: string, value: number | null, least: number, most: number, onChange: (value: number | null) => void, empty = false) => (
    <Field key={key} label={t(`settings.${key}` as "settings.minutes")} htmlFor={`f-${key}`}>
      <InputNumber id={`f-${key}`} value={value} min={least} max={most} precision={0} changeOnWheel={false} {...(empty ? { placeholder: t("settings.not") } : {})} onChange={(next) => onChange(next ?? (empty ? null : least))} />
    </Field>
  );
  const toggle = (key: string, value: boolean, onChange: (value: boolean) => void) => (
    <Field key={key} label={t(`settings.${key}` as "settings.minutes")} htmlFor={`f-${key}`}>
      <div><Switch id={`f-${key}`} checked={value} onChange={onChange} /></div>
    </Field>
  );
  const short = (patch: Partial<Settings["short"]>) => set({ short: { ...form.short, ...patch } });
  const door = (patch: Partial<Settings["door"]>) => set({ door: { ...form.door, ...patch } });
  const clip = (key: "greeting" | "callback_offer") => (
    <Field label={t(`settings.short_${key}`)} htmlFor={`f-${key}`} help={t(`settings.short_${key}_help`)}>
      <Input id={`f-${key}`} maxLength={120} value={form.short[key] ?? ""} onChange={(event) => short({ [key]: event.target.value || null })} />
    </Field>
  );
  return (
    <DraftForm draft={draft} words={{ reset: t("settings.reset"), save: t("settings.save") }}>
      <h3>{t("settings.when")}</h3>
      <div className="form-grid">
        {toggle("begins_itself", form.begins_itself, (begins_itself) => set({ begins_itself }))}
        {toggle("ends_itself", form.ends_itself, (ends_itself) => set({ ends_itself }))}
        {number("minutes", form.minutes, 5, 1440, (minutes) => set({ minutes: minutes ?? 120 }))}
        {THRESHOLDS.map(([key, least, most]) => number(key, form.thresholds[key], least, most, (value) => set({ thresholds: { ...form.thresholds, [key]: value ?? least } })))}
      </div>
      <h3>{t("settings.people")}</h3>
      <Field label={t("settings.breaks")} help={t("settings.breaks_help")}>
        <Checkbox.Group value={form.breaks} options={codes.map((value) => ({ value, label: words.reason(value) }))} onChange={(breaks) => set({ breaks: breaks as string[] })} />
      </Field>
      <div className="form-grid">{toggle("end_breaks", form.end_breaks, (end_breaks) => set({ end_breaks }))}</div>
      <Field label={t("settings.helpers")} help={t("settings.helpers_help")}><Helpers form={form} set={set} /></Field>
      <Field label={t("settings.any_level")} htmlFor="f-any" help={t("settings.any_level_help")}>
        <Select id="f-any" mode="multiple" options={options} value={form.any_level} onChange={(any_level: string[]) => set({ any_level })} />
      </Field>
      <h3>{t("settings.callers")}</h3>
      <div className="form-grid">
        {number("callback_s", form.callback_s, 5, 3600, (callback_s) => set({ callback_s }), true)}
        {number("announce_s", form.announce_s, 10, 600, (announce_s) => set({ announce_s }), true)}
        {toggle("replace_greeting", form.short.replace_greeting, (replace_greeting) => short({ replace_greeting }))}
        {toggle("one_figure", form.short.one_figure, (one_figure) => short({ one_figure }))}
        {clip("greeting")}
        {clip("callback_offer")}
      </div>
      <h3>{t("settings.door")}</h3>
      <p className="muted">{t("settings.door_help")}</p>
      <div className="form-grid">
        <Field label={t("settings.flow")} htmlFor="f-flow" help={t("settings.flow_help")}>
          <Select id="f-flow" allowClear placeholder={t("settings.flow_none")} options={view.flows.map((value) => ({ value, label: value }))} value={form.door.flow} onChange={(flow: string | undefined) => door({ flow: flow ?? null })} />
        </Field>
        {number("door_waiting", form.door.waiting, 1, 5000, (waiting) => door({ waiting }), true)}
        {number("door_wait_s", form.door.wait_s, 10, 7200, (wait_s) => door({ wait_s }), true)}
        {number("again_min", form.door.again_min, 0, 240, (again_min) => door({ again_min: again_min ?? 0 }))}
        <Field label={t("settings.always")} htmlFor="f-always" help={t("settings.always_help")}>
          <Select id="f-always" mode="multiple" options={options} value={form.door.always} onChange={(always: string[]) => door({ always })} />
        </Field>
      </div>
      <h3>{t("settings.preview")}</h3>
      {looked ? <Effects settings={looked} /> : <p className="muted">{t("settings.preview_help")}</p>}
      <div><Button onClick={() => setLooked(form)}>{t("settings.look")}</Button></div>
    </DraftForm>
  );
}

export default function SettingsPage() {
  const { t } = useTranslation("storms");
  const settings = useSettings();
  return (
    <Page title={t("settings.title")} lead={t("settings.lead")}>
      <Tabs />
      <Panel title={t("settings.rules")}>
        <Loaded of={settings}>{(view) => <Form key={view.version} view={view} />}</Loaded>
      </Panel>
    </Page>
  );
}
