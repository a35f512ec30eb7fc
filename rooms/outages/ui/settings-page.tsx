// From how many callers hear of an outage, how long, and who gets messages.
import { Checkbox, Input, InputNumber } from "antd";
import { Signature } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Field, Notice } from "@kit";
import { FlowHelp } from "@kit/flow-help";
import { DraftForm, Numbers, SettingsOf, useDraft } from "@kit/settings";
import { putSettings, useSettings, type Asking, type Machine, type SettingsView } from "./api";
import { Tabs } from "./marks";

const NUMBERS = [
  ["many", 1, 1_000_000],
  ["ahead_min", 0, 1440],
  ["after_min", 0, 240],
  ["segments", 1, 5],
  ["seconds", 10, 120],
  ["pace", 20, 80],
  ["expires_h", 1, 48],
  ["news_min", 5, 240],
  ["receipt_min", 1, 120],
  ["close_h", 1, 168],
  ["sms_most", 0, 2_000_000],
  ["voice_s", 5, 120],
] as const;
const ASKING = [
  ["wait_min", 0, 1440],
  ["enough", 1, 100],
  ["for_one", 1, 20],
  ["answer_min", 5, 1440],
  ["waves", 1, 20],
  ["reopen", 1, 100],
] as const;
const CLASSES = ["residential", "commercial", "industrial", "cng"] as const;

function Form({ version, settings, unnamed }: SettingsView) {
  const { t } = useTranslation("outages");
  const draft = useDraft(settings, (form) => putSettings(form, version));
  const { form, set } = draft;
  const words = (key: (typeof NUMBERS)[number][0] | (typeof ASKING)[number][0]) => ({ label: t(`settings.${key}`), help: t(`settings.help_${key}`) });
  const { asking, machine } = form;
  const setAsking = (patch: Partial<Asking>) => set({ asking: { ...asking, ...patch } });
  const setMachine = (patch: Partial<Machine>) => set({ machine: { ...machine, ...patch } });
  return (
    <DraftForm draft={draft} words={{ reset: t("settings.reset"), save: t("settings.save") }}>
      {unnamed && (
        <Notice tone="busy" icon={Signature} title={t("unnamed.title")}>
          {t("unnamed.here")} <Link to="/notices/settings">{t("unnamed.signature")}</Link>
        </Notice>
      )}
      <div className="form-grid">
        {(["company", "phone", "pay"] as const).map((key) => (
          <Field key={key} label={t(`settings.${key}`)} htmlFor={`f-${key}`} help={t(`settings.help_${key}`)}>
            <Input id={`f-${key}`} value={form[key]} maxLength={key === "pay" ? 40 : 20} onChange={(event) => set({ [key]: event.target.value })} />
          </Field>
        ))}
        <Field label={t("settings.voice_flow")} htmlFor="f-voice_flow" help={<FlowHelp flow={form.voice_flow}>{t("settings.help_voice_flow")}</FlowHelp>}>
          <Input id="f-voice_flow" value={form.voice_flow} maxLength={60} onChange={(event) => set({ voice_flow: event.target.value })} />
        </Field>
        <Numbers of={NUMBERS} form={form} set={set} words={words} />
      </div>
      <Field label={t("settings.sms_classes")} help={t("settings.help_sms_classes")}>
        <Checkbox.Group value={form.sms_classes} onChange={(sms_classes) => set({ sms_classes: sms_classes as string[] })} options={CLASSES.map((value) => ({ value, label: t(`customer.${value}`) }))} />
      </Field>
      <h3>{t("settings.asking")}</h3>
      <p className="muted">{t("settings.help_asking")}</p>
      <Checkbox checked={asking.on} onChange={(event) => setAsking({ on: event.target.checked })}>{t("settings.asking_on")}</Checkbox>
      <div className="form-grid">
        <Numbers of={ASKING} form={asking} set={setAsking} words={words} />
        <Field label={t("settings.subtype")} htmlFor="f-subtype" help={t("settings.help_subtype")}>
          <Input id="f-subtype" value={asking.subtype} maxLength={60} onChange={(event) => setAsking({ subtype: event.target.value })} />
        </Field>
      </div>
      <h3>{t("settings.machine")}</h3>
      <p className="muted">{t("settings.help_machine")}</p>
      <div className="form-grid">
        <Field label={t("settings.ask_flow")} htmlFor="f-ask-flow" help={<FlowHelp flow={asking.flow}>{t("settings.help_ask_flow")}</FlowHelp>}>
          <Checkbox checked={asking.calls} onChange={(event) => setAsking({ calls: event.target.checked })}>{t("settings.switch_on")}</Checkbox>
          <Input id="f-ask-flow" disabled={!asking.calls} value={asking.flow} maxLength={60} onChange={(event) => setAsking({ flow: event.target.value })} />
        </Field>
        <Field label={t("settings.important_flow")} htmlFor="f-flow" help={<FlowHelp flow={machine.flow}>{t("settings.help_important_flow")}</FlowHelp>}>
          <Checkbox checked={machine.important} onChange={(event) => setMachine({ important: event.target.checked })}>{t("settings.switch_on")}</Checkbox>
          <Input id="f-flow" disabled={!machine.important} value={machine.flow} maxLength={60} onChange={(event) => setMachine({ flow: event.target.value })} />
        </Field>
        <Field label={t("settings.liaison_flow")} htmlFor="f-liaison-flow" help={<FlowHelp flow={machine.liaison_flow}>{t("settings.help_liaison_flow")}</FlowHelp>}>
          <Checkbox checked={machine.liaisons} onChange={(event) => setMachine({ liaisons: event.target.checked })}>{t("settings.switch_on")}</Checkbox>
          <Input id="f-liaison-flow" disabled={!machine.liaisons} value={machine.liaison_flow} maxLength={60} onChange={(event) => setMachine({ liaison_flow: event.target.value })} />
        </Field>
        <Field label={t("settings.attempts")} htmlFor="f-attempts" help={t("settings.help_attempts")}>
          <InputNumber id="f-attempts" value={machine.attempts} min={1} max={5} precision={0} changeOnWheel={false} onChange={(value) => setMachine({ attempts: value ?? 1 })} />
        </Field>
      </div>
    </DraftForm>
  );
}

export default function SettingsPage() {
  const { t } = useTranslation("outages");
  return <SettingsOf of={useSettings()} form={Form} words={{ title: t("settings.title"), lead: t("settings.lead") }} tabs={<Tabs />} panel={t("settings.rules")} />;
}
