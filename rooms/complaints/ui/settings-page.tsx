// What counts as suspicious: which lines and reasons mean complaints, within what times, and how alike is too alike.
import { Button, InputNumber, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Field, Notice, Page, Panel, Skeletons, Trouble, useProblemText } from "@kit";
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
  const problem = useProblemText();
  const queues = useQueues();
  const [form, setForm] = useState(settings);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<unknown>(null);
  const set = (patch: Partial<Settings>) => setForm({ ...form, ...patch });
  const changed = JSON.stringify(form) !== JSON.stringify(settings);
  const save = () => {
    setBusy(true);
    setFailed(null);
    putSettings(form, version).catch(setFailed).finally(() => setBusy(false));
  };
  return (
    <div className="stack" style={{ gap: 16 }}>
      {failed ? <Notice tone="busy" title={problem(failed).what} /> : null}
      <div className="form-grid">
        <Field label={t("settings.complaint_queues")} htmlFor="f-queues" help={t("settings.help_complaint_queues")}>
          <Select id="f-queues" mode="tags" value={form.complaint_queues} style={{ width: "100%" }} onChange={(next: string[]) => set({ complaint_queues: next })} options={queues.all.map((queue) => ({ value: queue.name, label: queue.name }))} />
        </Field>
        <Field label={t("settings.complaint_reasons")} htmlFor="f-reasons" help={t("settings.help_complaint_reasons")}>
          <Select id="f-reasons" mode="tags" open={false} value={form.complaint_reasons} style={{ width: "100%" }} onChange={(next: string[]) => set({ complaint_reasons: next })} />
        </Field>
        {NUMBERS.map(([key, least, most]) => (
          <Field key={key} label={t(`settings.${key}`)} htmlFor={`f-${key}`} help={t(`settings.help_${key}`)}>
            <InputNumber id={`f-${key}`} value={form[key]} min={least} max={most} precision={0} changeOnWheel={false} onChange={(value) => set({ [key]: value ?? least })} />
          </Field>
        ))}
      </div>
      <div className="row">
        <span className="grow" />
        <Button disabled={!changed} onClick={() => setForm(settings)}>{t("settings.reset")}</Button>
        <Button type="primary" disabled={!changed} loading={busy} onClick={save}>{t("settings.save")}</Button>
      </div>
    </div>
  );
}

export default function SettingsPage() {
  const { t } = useTranslation("complaints");
  const settings = useSettings();
  return (
    <Page title={t("settings.title")} lead={t("settings.lead")}>
      <Tabs />
      <Panel title={t("settings.rules")}>
        {settings.isError && !settings.data && <Trouble error={settings.error} retry={() => void settings.refetch()} />}
        {!settings.data && !settings.isError && <Skeletons lines={8} />}
        {settings.data && <Form key={settings.data.version} version={settings.data.version} settings={settings.data.settings} />}
      </Panel>
    </Page>
  );
}
