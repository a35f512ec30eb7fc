// A campaign is drafted or changed: what for, with which flow, when and how fast.
import { Checkbox, Input, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "@kit";
import { EditDialog } from "@kit/dialog";
import { change, create, type CampaignView, type Plan, type SettingsView } from "./api";
import { PlanFields } from "./plan-fields";

export function CampaignDialog({ of, settings, onClose, onMade }: { of?: CampaignView; settings: SettingsView; onClose: () => void; onMade?: (made: CampaignView) => void }) {
  const { t } = useTranslation("campaigns");
  const begins: Plan = of?.plan ?? { ...settings.settings, shown: null, flow: "", confirm: "", again_without_key: true };
  const [name, setName] = useState(of?.name ?? "");
  const [purpose, setPurpose] = useState(of?.purpose ?? "");
  const [plan, setPlan] = useState(begins);
  const set = (patch: Partial<Plan>) => setPlan({ ...plan, ...patch });
  // What was approved says what was approved.
  const fixed = of !== undefined && of.state !== "draft" && of.standing === null;
  const save = async () => {
    if (of) return change(of.id, name, purpose, plan, of.version);
    onMade?.(await create(name, purpose, plan));
  };
  return (
    <EditDialog title={t(of ? "edit.change" : "edit.new")} width={760} ready={name.trim().length > 1 && purpose.trim().length > 1 && plan.flow !== ""} save={t(of ? "edit.save" : "edit.create")} onClose={onClose} onSave={save}>
      <Field label={t("edit.name")} htmlFor="c-name" required>
        <Input id="c-name" value={name} maxLength={60} onChange={(event) => setName(event.target.value)} />
      </Field>
      <Field label={t("edit.purpose")} htmlFor="c-purpose" required help={t("edit.help_purpose")}>
        <Input.TextArea id="c-purpose" value={purpose} maxLength={500} rows={2} disabled={fixed} onChange={(event) => setPurpose(event.target.value)} />
      </Field>
      <div className="form-grid">
        <Field label={t("edit.flow")} htmlFor="c-flow" required help={t(fixed ? "edit.help_fixed" : "edit.help_flow")}>
          <Select id="c-flow" value={plan.flow || undefined} disabled={fixed} showSearch placeholder={t("edit.choose_flow")} options={settings.flows.map((flow) => ({ value: flow, label: flow }))} onChange={(flow: string) => set({ flow })} />
        </Field>
        <Field label={t("edit.confirm")} htmlFor="c-confirm" help={t("edit.help_confirm")}>
          <Input id="c-confirm" value={plan.confirm} maxLength={12} onChange={(event) => set({ confirm: event.target.value.replace(/[^0-9*#]/g, "") })} />
        </Field>
        <Field label={t("edit.shown")} htmlFor="c-shown" help={t("edit.help_shown")}>
          <Input id="c-shown" value={plan.shown ?? ""} maxLength={32} onChange={(event) => set({ shown: event.target.value.replace(/[^0-9+]/g, "") || null })} />
        </Field>
      </div>
      <PlanFields form={plan} set={set} />
      <Checkbox checked={plan.again_without_key} onChange={(event) => set({ again_without_key: event.target.checked })}>{t("edit.again_without_key")}</Checkbox>
    </EditDialog>
  );
}
