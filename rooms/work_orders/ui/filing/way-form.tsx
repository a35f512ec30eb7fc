// What becomes of it: to a unit at once, to the dispatch desk, or answered on the call.
import { DatePicker, Input } from "antd";
import dayjs from "dayjs";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Choose, Field } from "@kit";
import { UnitPicker } from "../unit-picker";

export const WAYS = ["unit", "desk", "answered"] as const;
export type Way = (typeof WAYS)[number];

interface Props {
  way: Way;
  /** Such a matter may be closed on the call. */
  answerable: boolean;
  unit: string | null;
  suggested: string[];
  answered: string;
  appointment: string | null;
  told: (field: string) => string | undefined;
  onWay: (way: Way) => void;
  onUnit: (unit: string | null) => void;
  onAnswered: (answered: string) => void;
  onAppointment: (at: string | null) => void;
}

export function WayForm({ way, answerable, unit, suggested, answered, appointment, told, onWay, onUnit, onAnswered, onAppointment }: Props) {
  const { t } = useTranslation("work_orders");
  const id = useId();
  return (
    <div className="filing-way">
      <Field label={t("way.label")} help={t(`way_help.${way}`)}>
        <Choose label={t("way.label")} value={way} onChoose={onWay} items={WAYS.map((key) => ({ key, label: t(`way.${key}`), ...(key === "answered" && !answerable && { barred: t("bar.not_on_the_call") }) }))} />
      </Field>
      {way === "unit" && (
        <Field label={t("way.to_unit")} htmlFor={`${id}-unit`} required fault={told("unit")}>
          <UnitPicker id={`${id}-unit`} label={t("way.to_unit")} value={unit} suggested={suggested} fault={told("unit") !== undefined} onChange={onUnit} />
        </Field>
      )}
      {way === "answered" ? (
        <Field label={t("way.told")} htmlFor={`${id}-answered`} required fault={told("answered")}>
          <Input.TextArea id={`${id}-answered`} autoFocus autoSize={{ minRows: 2, maxRows: 6 }} maxLength={1000} value={answered} onChange={(event) => onAnswered(event.target.value)} />
        </Field>
      ) : (
        <Field label={t("way.appointment")} htmlFor={`${id}-appointment`} help={t("way.appointment_help")}>
          <DatePicker id={`${id}-appointment`} format="YYYY-MM-DD ddd HH:mm" showTime={{ format: "HH:mm", minuteStep: 5 }} value={appointment ? dayjs(appointment) : null} onChange={(next) => onAppointment(next?.toISOString() ?? null)} />
        </Field>
      )}
    </div>
  );
}
