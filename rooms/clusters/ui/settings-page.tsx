// How many calls are ordinary, and from what on an outage is suspected.
import { Button, InputNumber, Select } from "antd";
import { useTranslation } from "react-i18next";
import { Field, Panel } from "@kit";
import { DraftForm, SettingsOf, useDraft } from "@kit/settings";
import { putSettings, useSettings, UTILITIES, type Settings, type Usual, type Utility } from "./api";
import { Tabs } from "./marks";
import "./clusters.css";

/** Least, most, step. */
const WHEN = [["households", 2, 100, 1], ["surprise", 1, 50, 0.5], ["chance", 0.5, 10, 0.5], ["expire_min", 5, 720, 5], ["news_min", 5, 240, 5]] as const;
const ORDINARY = [["calls_per_day", 0.00001, 1, 0.0001], ["no_supply_share", 0.01, 1, 0.01]] as const;
const WORDS = ["keys", "neutral_keys", "reasons", "subtypes"] as const;

function Form({ version, settings, usual }: { version: number; settings: Settings; usual: Record<Utility, Usual> }) {
  const { t } = useTranslation("clusters");
  const draft = useDraft(settings, (form) => putSettings(form, version));
  const { form, set } = draft;
  const number = ([key, least, most, step]: readonly [(typeof WHEN)[number][0] | (typeof ORDINARY)[number][0], number, number, number]) => (
    <Field key={key} label={t(`settings.${key}`)} htmlFor={`f-${key}`} help={t(`settings.help_${key}`)}>
      <InputNumber id={`f-${key}`} value={form[key]} min={least} max={most} step={step} changeOnWheel={false} onChange={(value) => set({ [key]: value ?? least })} />
    </Field>
  );
  return (
    <DraftForm draft={draft} words={{ reset: t("settings.reset"), save: t("settings.save") }}>
      <Panel title={t("settings.when")}>
        <div className="form-grid">
          {WHEN.map(number)}
          <Field label={t("settings.windows_min")} htmlFor="f-windows" help={t("settings.help_windows_min")}>
            <Select id="f-windows" mode="tags" value={form.windows_min.map(String)} onChange={(all: string[]) => set({ windows_min: all.map(Number).filter((one) => Number.isInteger(one) && one > 0) })} />
          </Field>
        </div>
      </Panel>
      <Panel title={t("settings.ordinary")}>
        <div className="form-grid">
          {ORDINARY.map(number)}
          <Field label={t("settings.usual")} help={t("settings.help_usual")}>
            <div className="clu-usual">
              {UTILITIES.map((utility) => (
                <Button key={utility} onClick={() => set(usual[utility])}>{t(`settings.usual_${utility}`)}</Button>
              ))}
            </div>
          </Field>
        </div>
      </Panel>
      <Panel title={t("settings.words")}>
        <div className="form-grid">
          {WORDS.map((key) => (
            <Field key={key} label={t(`settings.${key}`)} htmlFor={`f-${key}`} help={t(`settings.help_${key}`)}>
              <Select id={`f-${key}`} mode="tags" value={form[key]} onChange={(all: string[]) => set({ [key]: all })} />
            </Field>
          ))}
        </div>
      </Panel>
    </DraftForm>
  );
}

export default function SettingsPage() {
  const { t } = useTranslation("clusters");
  return <SettingsOf of={useSettings()} form={Form} words={{ title: t("settings.title"), lead: t("settings.lead") }} tabs={<Tabs />} />;
}
