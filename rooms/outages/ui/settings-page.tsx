// From how many callers hear of an outage, how long, and who gets messages.
import { Checkbox, Input, InputNumber } from "antd";
import { useTranslation } from "react-i18next";
import { Field, Page, Panel } from "@kit";
import { DraftForm, Loaded, useDraft } from "@kit/settings";
import { putSettings, useSettings, type Settings } from "./api";
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
const CLASSES = ["residential", "commercial", "industrial", "cng"] as const;

function Form({ version, settings }: { version: number; settings: Settings }) {
  const { t } = useTranslation("outages");
  const draft = useDraft(settings, (form) => putSettings(form, version));
  const { form, set } = draft;
  return (
    <DraftForm draft={draft} words={{ reset: t("settings.reset"), save: t("settings.save") }}>
      <div className="form-grid">
        {(["company", "phone"] as const).map((key) => (
          <Field key={key} label={t(`settings.${key}`)} htmlFor={`f-${key}`} help={t(`settings.help_${key}`)}>
            <Input id={`f-${key}`} value={form[key]} maxLength={20} onChange={(event) => set({ [key]: event.target.value })} />
          </Field>
        ))}
        <Field label={t("settings.voice_flow")} htmlFor="f-voice_flow" help={t("settings.help_voice_flow")}>
          <Input id="f-voice_flow" value={form.voice_flow} maxLength={60} onChange={(event) => set({ voice_flow: event.target.value })} />
        </Field>
        {NUMBERS.map(([key, least, most]) => (
          <Field key={key} label={t(`settings.${key}`)} htmlFor={`f-${key}`} help={t(`settings.help_${key}`)}>
            <InputNumber id={`f-${key}`} value={form[key]} min={least} max={most} precision={0} changeOnWheel={false} onChange={(value) => set({ [key]: value ?? least })} />
          </Field>
        ))}
      </div>
      <Field label={t("settings.sms_classes")} help={t("settings.help_sms_classes")}>
        <Checkbox.Group value={form.sms_classes} onChange={(sms_classes) => set({ sms_classes: sms_classes as string[] })} options={CLASSES.map((value) => ({ value, label: t(`customer.${value}`) }))} />
      </Field>
    </DraftForm>
  );
}

export default function SettingsPage() {
  const { t } = useTranslation("outages");
  const settings = useSettings();
  return (
    <Page title={t("settings.title")} lead={t("settings.lead")}>
      <Tabs />
      <Panel title={t("settings.rules")}>
        <Loaded of={settings}>{({ version, settings }) => <Form key={version} version={version} settings={settings} />}</Loaded>
      </Panel>
    </Page>
  );
}
