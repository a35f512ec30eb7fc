// How often, how far apart and at what hours customers are called back, and what counts as satisfied.
import { Button, Checkbox, Input, InputNumber } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Field, Notice, Page, Panel, Skeletons, Trouble, useProblemText } from "@kit";
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

function Form({ version, settings }: { version: number; settings: Settings }) {
  const { t } = useTranslation("callbacks");
  const problem = useProblemText();
  const [form, setForm] = useState(settings);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<unknown>(null);
  const set = (patch: Partial<Settings>) => setForm({ ...form, ...patch });
  const changed = JSON.stringify(form) !== JSON.stringify(settings);
  const hours = (at: number, patch: Partial<Settings["hours"][number]>) => set({ hours: form.hours.map((one, place) => (place === at ? { ...one, ...patch } : one)) });
  const save = () => {
    setBusy(true);
    setFailed(null);
    putSettings(form, version).catch(setFailed).finally(() => setBusy(false));
  };
  return (
    <div className="stack" style={{ gap: 16 }}>
      {failed ? <Notice tone="busy" title={problem(failed).what} /> : null}
      <div className="form-grid">
        {NUMBERS.map(([key, least, most]) => (
          <Field key={key} label={t(`settings.${key}`)} htmlFor={`f-${key}`} help={t(`settings.help_${key}`)}>
            <InputNumber id={`f-${key}`} value={form[key]} min={least} max={most} precision={0} changeOnWheel={false} onChange={(value) => set({ [key]: value ?? least })} />
          </Field>
        ))}
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
      <div className="row">
        <span className="grow" />
        <Button disabled={!changed} onClick={() => setForm(settings)}>{t("settings.reset")}</Button>
        <Button type="primary" disabled={!changed} loading={busy} onClick={save}>{t("settings.save")}</Button>
      </div>
    </div>
  );
}

export default function SettingsPage() {
  const { t } = useTranslation("callbacks");
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
