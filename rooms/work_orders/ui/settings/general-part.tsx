// The settings: how often, how long, who is told, when it is warned.
import { Button, Checkbox, Input, InputNumber } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Field, Notice, Panel, Skeletons, Trouble, useProblemText } from "@kit";
import { putSettings, useSettings, type Settings } from "./api";
import { LimitInput } from "./limit";

const NUMBERS = [
  ["returns_max", 0, 10],
  ["reopen_days", 0, 365],
  ["duplicate_hours", 0, 720],
  ["call_back_percent", 0, 100],
] as const;
const WARNINGS = ["yellow_percent", "orange_percent"] as const;

function Form({ version, settings }: { version: number; settings: Settings }) {
  const { t } = useTranslation("work_orders");
  const problem = useProblemText();
  const [form, setForm] = useState(settings);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<unknown>(null);
  const set = (patch: Partial<Settings>) => setForm({ ...form, ...patch });
  const changed = JSON.stringify(form) !== JSON.stringify(settings);
  const number = (key: string, value: number, least: number, most: number, onChange: (value: number) => void) => (
    <Field key={key} label={t(`settings.${key}` as "settings.reopen_days")} htmlFor={`w-${key}`} help={t(`settings.help.${key}` as "settings.help.reopen_days")}>
      <InputNumber id={`w-${key}`} value={value} min={least} max={most} precision={0} changeOnWheel={false} onChange={(next) => onChange(next ?? least)} />
    </Field>
  );
  const save = () => {
    setBusy(true);
    setFailed(null);
    putSettings(form, version)
      .catch(setFailed)
      .finally(() => setBusy(false));
  };
  return (
    <div className="stack" style={{ gap: 16 }}>
      {failed ? <Notice tone="busy" title={problem(failed).what} /> : null}
      <div className="form-grid">
        {NUMBERS.map(([key, least, most]) => number(key, form[key], least, most, (value) => set({ [key]: value })))}
        {WARNINGS.map((key) => number(key, form.thresholds[key], 0, 100, (value) => set({ thresholds: { ...form.thresholds, [key]: value } })))}
        <Field label={t("settings.fallback")} htmlFor="w-fallback" help={t("settings.help.fallback")}>
          <LimitInput id="w-fallback" value={form.fallback} onChange={(fallback) => fallback && set({ fallback })} />
        </Field>
        <Field label={t("settings.hotline")} htmlFor="w-hotline" help={t("settings.help.hotline")}>
          <Input id="w-hotline" style={{ width: 160 }} maxLength={20} value={form.hotline} onChange={(event) => set({ hotline: event.target.value })} />
        </Field>
      </div>
      {(["tell_customers", "call_landlines", "supervise_overdue", "raise_unanswered"] as const).map((key) => (
        <div key={key} className="field">
          <Checkbox checked={form[key]} onChange={(event) => set({ [key]: event.target.checked })}>
            {t(`settings.${key}`)}
          </Checkbox>
          <span className="help">{t(`settings.help.${key}`)}</span>
        </div>
      ))}
      <div className="row">
        <span className="grow" />
        <Button disabled={!changed} onClick={() => setForm(settings)}>
          {t("settings.reset")}
        </Button>
        <Button type="primary" disabled={!changed} loading={busy} onClick={save}>
          {t("settings.save")}
        </Button>
      </div>
    </div>
  );
}

export function GeneralPart() {
  const { t } = useTranslation("work_orders");
  const found = useSettings();
  return (
    <Panel title={t("settings.general")}>
      {found.isError && !found.data && <Trouble error={found.error} retry={() => void found.refetch()} />}
      {!found.data && !found.isError && <Skeletons lines={8} />}
      {found.data && <Form key={found.data.version} version={found.data.version} settings={found.data.value} />}
    </Panel>
  );
}
