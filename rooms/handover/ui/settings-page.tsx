// When shifts begin, until when a handover is to be signed, and what it must say.
import { Button, Checkbox, Input, Select } from "antd";
import { Plus, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Field } from "@kit";
import { DraftForm, Numbers, SettingsOf, useDraft } from "@kit/settings";
import { putSettings, useGroups, useSettings, type Settings } from "./api";
import { Tabs } from "./marks";

const NUMBERS = [
  ["sign_min", 1, 240],
  ["early_min", 0, 720],
  ["items_max", 10, 500],
] as const;
const SHIFTS_MAX = 6;

/** When each shift ends: when the next begins, over midnight too. */
const ends = (shifts: Settings["shifts"], at: number) => {
  const sorted = [...shifts].sort((a, b) => a.begins.localeCompare(b.begins));
  const place = sorted.findIndex((shift) => shift === shifts[at]);
  return sorted[(place + 1) % sorted.length]?.begins.slice(0, 5) ?? "";
};

function Form({ version, settings }: { version: number; settings: Settings }) {
  const { t } = useTranslation("handover");
  const draft = useDraft(settings, (form) => putSettings(form, version));
  const { form, set } = draft;
  const words = (key: (typeof NUMBERS)[number][0]) => ({ label: t(`settings.${key}`), help: t(`settings.help_${key}`) });
  const groups = useGroups();
  const shift = (at: number, patch: Partial<Settings["shifts"][number]>) => set({ shifts: form.shifts.map((one, place) => (place === at ? { ...one, ...patch } : one)) });
  return (
    <DraftForm draft={draft} words={{ reset: t("settings.reset"), save: t("settings.save") }}>
      <Field label={t("settings.shifts")} help={t("settings.help_shifts")}>
        <div className="stack">
          {form.shifts.map((one, at) => (
            <span key={at} className="row tight">
              <Input aria-label={t("settings.name")} value={one.name} maxLength={20} style={{ width: 140 }} onChange={(event) => shift(at, { name: event.target.value })} />
              <Input aria-label={`${one.name} ${t("settings.begins")}`} value={one.begins.slice(0, 5)} maxLength={5} style={{ width: 80 }} onChange={(event) => shift(at, { begins: event.target.value })} />
              <span className="muted nowrap">– {ends(form.shifts, at)}</span>
              <Button type="text" aria-label={t("settings.remove", { name: one.name })} disabled={form.shifts.length === 1} icon={<Trash2 size={16} aria-hidden />} onClick={() => set({ shifts: form.shifts.filter((_, place) => place !== at) })} />
            </span>
          ))}
          <Button style={{ justifySelf: "start" }} disabled={form.shifts.length >= SHIFTS_MAX} icon={<Plus size={16} aria-hidden />} onClick={() => set({ shifts: [...form.shifts, { name: "", begins: "12:00" }] })}>{t("settings.add")}</Button>
        </div>
      </Field>
      <div className="form-grid">
        <Numbers of={NUMBERS} form={form} set={set} words={words} />
      </div>
      <Field label={t("settings.teams")} htmlFor="f-teams" help={t("settings.help_teams")}>
        <Select id="f-teams" mode="multiple" allowClear style={{ maxWidth: 640 }} placeholder={t("settings.teams_none")} value={form.teams} options={groups.map((group) => ({ value: group.id, label: group.name }))} showSearch={{ optionFilterProp: "label" }} onChange={(teams: string[]) => set({ teams })} />
      </Field>
      <Field label={t("settings.remarks")} help={t("settings.help_remarks")}>
        <Checkbox checked={form.remark_on_emergencies} onChange={(event) => set({ remark_on_emergencies: event.target.checked })}>{t("settings.remark_on_emergencies")}</Checkbox>
      </Field>
    </DraftForm>
  );
}

export default function SettingsPage() {
  const { t } = useTranslation("handover");
  return <SettingsOf of={useSettings()} form={Form} words={{ title: t("settings.title"), lead: t("settings.lead") }} tabs={<Tabs />} panel={t("settings.rules")} />;
}
