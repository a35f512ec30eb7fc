// At what hours, how often and over how many lines the machine calls people.
import { Input } from "antd";
import { useTranslation } from "react-i18next";
import { Field } from "@kit";
import { DraftForm, SettingsOf, useDraft } from "@kit/settings";
import { putSettings, useSettings, type Settings } from "./api";
import { Tabs } from "./marks";
import { PlanFields } from "./plan-fields";

function Form({ version, settings }: { version: number; settings: Settings }) {
  const { t } = useTranslation("campaigns");
  const draft = useDraft(settings, (form) => putSettings(form, version));
  return (
    <DraftForm draft={draft} words={{ reset: t("settings.reset"), save: t("settings.save") }}>
      <PlanFields form={draft.form} set={draft.set} />
      <Field label={t("edit.shown")} htmlFor="f-shown" help={t("edit.help_shown")}>
        <Input id="f-shown" value={draft.form.shown ?? ""} maxLength={32} style={{ width: 200 }} onChange={(event) => draft.set({ shown: event.target.value.replace(/[^0-9+]/g, "") || null })} />
      </Field>
    </DraftForm>
  );
}

export default function SettingsPage() {
  const { t } = useTranslation("campaigns");
  return <SettingsOf of={useSettings()} form={Form} words={{ title: t("settings.title"), lead: t("settings.lead") }} tabs={<Tabs />} panel={t("settings.rules")} />;
}
