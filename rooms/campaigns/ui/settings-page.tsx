// At what hours, how often and over how many lines the machine calls people.
import { Input } from "antd";
import { useTranslation } from "react-i18next";
import { Field, Page, Panel } from "@kit";
import { DraftForm, Loaded, useDraft } from "@kit/settings";
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
