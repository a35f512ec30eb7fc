// What counts as suspicious: which lines and reasons mean complaints, within what times, and how alike is too alike.
import { Select } from "antd";
import { useTranslation } from "react-i18next";
import { Field } from "@kit";
import { DraftForm, Numbers, SettingsOf, useDraft } from "@kit/settings";
import { useQueues } from "@lib/directory";
import { putSettings, useSettings, type Settings } from "./api";
import { Tabs } from "./marks";

const NUMBERS = [
  ["record_min", 1, 1440],
  ["talk_s", 0, 600],
  ["later_days", 1, 90],
  ["templated", 2, 50],
  ["alike_percent", 50, 100],
  ["travel_s", 0, 3600],
  ["entered_h", 1, 720],
  ["speed_kmh", 20, 1000],
  ["call_back_min", 5, 720],
] as const;

function Form({ version, settings }: { version: number; settings: Settings }) {
  const { t } = useTranslation("complaints");
  const queues = useQueues();
  const draft = useDraft(settings, (form) => putSettings(form, version));
  const { form, set } = draft;
  const words = (key: (typeof NUMBERS)[number][0]) => ({ label: t(`settings.${key}`), help: t(`settings.help_${key}`) });
  return (
    <DraftForm draft={draft} words={{ reset: t("settings.reset"), save: t("settings.save") }}>
      <div className="form-grid">
        <Field label={t("settings.complaint_queues")} htmlFor="f-queues" help={t("settings.help_complaint_queues")}>
          <Select id="f-queues" mode="tags" value={form.complaint_queues} style={{ width: "100%" }} onChange={(next: string[]) => set({ complaint_queues: next })} options={queues.all.map((queue) => ({ value: queue.name, label: queue.name }))} />
        </Field>
        <Field label={t("settings.complaint_reasons")} htmlFor="f-reasons" help={t("settings.help_complaint_reasons")}>
          <Select id="f-reasons" mode="tags" open={false} value={form.complaint_reasons} style={{ width: "100%" }} onChange={(next: string[]) => set({ complaint_reasons: next })} />
        </Field>
        <Numbers of={NUMBERS} form={form} set={set} words={words} />
      </div>
    </DraftForm>
  );
}

export default function SettingsPage() {
  const { t } = useTranslation("complaints");
  return <SettingsOf of={useSettings()} form={Form} words={{ title: t("settings.title"), lead: t("settings.lead") }} tabs={<Tabs />} panel={t("settings.rules")} />;
}
