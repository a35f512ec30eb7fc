// The fields of when, how often and over how many lines the machine calls: those of a plan and of the settings alike.
import { Button, Checkbox, Input } from "antd";
import { Plus, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Field } from "@kit";
import { Numbers } from "@kit/settings";
import type { Hours, Settings } from "./api";

const NUMBERS = [
  ["attempts", 1, 10],
  ["gap_min", 0, 10_080],
  ["ring_s", 5, 120],
  ["at_once", 1, 1_000],
  ["keep_free", 0, 95],
] as const;

export function PlanFields<T extends Settings>({ form, set }: { form: T; set: (patch: Partial<Settings>) => void }) {
  const { t } = useTranslation("campaigns");
  const hours = (at: number, patch: Partial<Hours>) => set({ hours: form.hours.map((one, place) => (place === at ? { ...one, ...patch } : one)) });
  return (
    <>
      <div className="form-grid">
        <Numbers of={NUMBERS} form={form} set={set} words={(key) => ({ label: t(`plan.${key}`), help: t(`plan.help_${key}`) })} />
      </div>
      <Field label={t("plan.hours")} help={t("plan.help_hours")}>
        <div className="stack">
          {form.hours.map((one, at) => (
            <span key={at} className="row tight">
              <Input aria-label={t("plan.from")} value={one.from.slice(0, 5)} maxLength={5} style={{ width: 80 }} onChange={(event) => hours(at, { from: event.target.value })} />
              –
              <Input aria-label={t("plan.to")} value={one.to.slice(0, 5)} maxLength={5} style={{ width: 80 }} onChange={(event) => hours(at, { to: event.target.value })} />
              <Button type="text" size="small" aria-label={t("plan.remove_hours")} icon={<X size={15} aria-hidden />} onClick={() => set({ hours: form.hours.filter((_, place) => place !== at) })} />
            </span>
          ))}
          {form.hours.length < 6 && (
            <span>
              <Button size="small" icon={<Plus size={15} aria-hidden />} onClick={() => set({ hours: [...form.hours, { from: "18:00", to: "21:00" }] })}>{t("plan.add_hours")}</Button>
            </span>
          )}
        </div>
      </Field>
      <Field label={t("plan.tell_machines")} help={t("plan.help_tell_machines")}>
        <Checkbox checked={form.tell_machines} onChange={(event) => set({ tell_machines: event.target.checked })}>{t("plan.tell_machines_do")}</Checkbox>
      </Field>
    </>
  );
}
