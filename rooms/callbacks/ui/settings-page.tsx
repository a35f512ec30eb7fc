// How often, how far apart and at what hours customers are called back, and what counts as satisfied.
import { Checkbox, Input, InputNumber } from "antd";
import { useTranslation } from "react-i18next";
import { Field } from "@kit";
import { FlowHelp } from "@kit/flow-help";
import { DraftForm, Numbers, SettingsOf, useDraft } from "@kit/settings";
import { putSettings, useSettings, type Settings } from "./api";
import { Tabs } from "./marks";

const NUMBERS = [
  ["attempts", 1, 10],
  ["gap_min", 0, 1440],
  ["parts_needed", 0, 3],
  ["claim_min", 1, 120],
  ["emergency_h", 1, 240],
  ["ordinary_days", 1, 30],
  ["doubt_min", 1, 720],
] as const;

const KINDS = ["fault", "enquiry", "request", "opinion", "suggestion", "complaint", "report"] as const;

function Form({ version, settings }: { version: number; settings: Settings }) {
  const { t } = useTranslation("callbacks");
  const draft = useDraft(settings, (form) => putSettings(form, version));
  const { form, set } = draft;
  const words = (key: (typeof NUMBERS)[number][0]) => ({ label: t(`settings.${key}`), help: t(`settings.help_${key}`) });
  const hours = (at: number, patch: Partial<Settings["hours"][number]>) => set({ hours: form.hours.map((one, place) => (place === at ? { ...one, ...patch } : one)) });
  const { machine } = form;
  const setMachine = (patch: Partial<Settings["machine"]>) => set({ machine: { ...machine, ...patch } });
  return (
    <DraftForm draft={draft} words={{ reset: t("settings.reset"), save: t("settings.save") }}>
      <div className="form-grid">
        <Numbers of={NUMBERS} form={form} set={set} words={words} />
      </div>
      <Field label={t("settings.hours")} help={t("settings.help_hours")}>
        <div className="stack">
          {form.hours.map((one, at) => (
            <span key={one.part} className="row tight">
              <span style={{ width: 72 }}>{t(`part.${one.part}`)}</span>
              <Input aria-label={`${t(`part.${one.part}`)} ${t("settings.from")}`} value={one.from.slice(0, 5)} maxLength={5} style={{ width: 80 }} onChange={(event) => hours(at, { from: event.target.value })} />
              –
              <Input aria-label={`${t(`part.${one.part}`)} ${t("settings.to")}`} value={one.to.slice(0, 5)} maxLength={5} style={{ width: 80 }} onChange={(event) => hours(at, { to: event.target.value })} />
            </span>
          ))}
        </div>
      </Field>
      <Field label={t("settings.fair")} help={t("settings.help_fair")}>
        <div className="row">
          <Checkbox checked={form.fair_counts} onChange={(event) => set({ fair_counts: event.target.checked })}>{t("settings.fair_own")}</Checkbox>
          <Checkbox checked={form.fair_counts_government} onChange={(event) => set({ fair_counts_government: event.target.checked })}>{t("settings.fair_government")}</Checkbox>
        </div>
      </Field>
      <Field label={t("settings.machine")} help={t("settings.help_machine")}>
        <div className="stack">
          <Checkbox checked={machine.on} onChange={(event) => setMachine({ on: event.target.checked })}>{t("settings.machine_on")}</Checkbox>
          <Checkbox disabled={!machine.on} checked={machine.emergencies} onChange={(event) => setMachine({ emergencies: event.target.checked })}>{t("settings.machine_emergencies")}</Checkbox>
          <Checkbox.Group disabled={!machine.on} value={machine.kinds} options={KINDS.map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))} onChange={(kinds) => setMachine({ kinds })} />
        </div>
      </Field>
      <div className="form-grid">
        <Field label={t("settings.machine_after")} htmlFor="f-after" help={t("settings.help_machine_after")}>
          <InputNumber id="f-after" disabled={!machine.on} value={machine.after_min} min={0} max={10_080} precision={0} changeOnWheel={false} onChange={(value) => setMachine({ after_min: value ?? 0 })} />
        </Field>
        <Field label={t("settings.machine_flow")} htmlFor="f-flow" help={<FlowHelp flow={machine.flow}>{t("settings.help_machine_flow")}</FlowHelp>}>
          <Input id="f-flow" disabled={!machine.on} value={machine.flow} maxLength={60} onChange={(event) => setMachine({ flow: event.target.value })} />
        </Field>
      </div>
    </DraftForm>
  );
}

export default function SettingsPage() {
  const { t } = useTranslation("callbacks");
  return <SettingsOf of={useSettings()} form={Form} words={{ title: t("settings.title"), lead: t("settings.lead") }} tabs={<Tabs />} panel={t("settings.rules")} />;
}
