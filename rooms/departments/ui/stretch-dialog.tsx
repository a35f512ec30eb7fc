// The dialog in which somebody is put on duty, or a duty is changed or taken away.
import { DatePicker, Input, Select } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Choose, Field, Notice } from "@kit";
import { EditDialog } from "@kit/dialog";
import { serverNow } from "@lib/clock";
import { useAgents } from "@lib/directory";
import { DUTIES, putStretch, removeStretch, type Stretch, type WholeUnit } from "./api";

const FORMAT = "YYYY-MM-DD ddd HH:mm";

/** `above`: people of the units above, who may be on duty here, too. */
export function StretchDialog({ unit, above, stretch, from, to, readOnly, onClose }: { unit: WholeUnit; above: string[]; stretch: Stretch | null; from: string; to: string; readOnly: boolean; onClose: () => void }) {
  const { t } = useTranslation("departments");
  const people = useAgents();
  const [person, setPerson] = useState(stretch?.person ?? null);
  const [duty, setDuty] = useState(stretch?.duty ?? "first");
  const [span, setSpan] = useState({ from: stretch?.from ?? from, to: stretch?.to ?? to });
  const [phone, setPhone] = useState(stretch?.phone ?? "");
  const [reason, setReason] = useState(stretch?.reason ?? "");
  const own = unit.members.map((member) => member.person);
  const option = (id: string) => ({ value: id, label: people.name(id) });
  const over = stretch !== null && Date.parse(stretch.to) <= serverNow();
  const runs = stretch !== null && !over && Date.parse(stretch.from) <= serverNow();
  return (
    <EditDialog
      title={stretch ? t("stretch.edit", { unit: unit.name }) : t("stretch.add_to", { unit: unit.name })}
      width={560}
      ready={person !== null}
      readOnly={readOnly || over}
      onClose={onClose}
      onSave={() => putStretch({ unit: unit.id, person: person ?? "", duty, ...span, phone: phone.trim() || null, reason: reason.trim() || null }, stretch)}
      remove={stretch !== null && { label: t(runs ? "stretch.end" : "stretch.remove"), run: () => removeStretch(stretch) }}
    >
      {over && <Notice tone="accent" title={t("refusal.over")} />}
      <Field label={t("member.person")} htmlFor="s-person" required help={t("stretch.person_help")}>
        <Select
          id="s-person"
          showSearch={{ optionFilterProp: "label" }}
          value={person}
          placeholder={t("member.person_hint")}
          options={[
            { label: unit.name, options: own.map(option) },
            { label: t("stretch.above"), options: above.filter((id) => !own.includes(id)).map(option) },
          ]}
          onChange={(next: string) => setPerson(next)}
        />
      </Field>
      <Field label={t("stretch.duty")} help={t(`duty_help.${duty}`)}>
        <Choose label={t("stretch.duty")} value={duty} onChoose={setDuty} items={DUTIES.map((key) => ({ key, label: t(`duty.${key}`) }))} />
      </Field>
      <Field label={t("stretch.span")} required>
        <DatePicker.RangePicker
          aria-label={t("stretch.span")}
          showTime={{ format: "HH:mm", minuteStep: 15 }}
          format={FORMAT}
          allowClear={false}
          value={[dayjs(span.from), dayjs(span.to)]}
          onChange={(range) => range?.[0] && range[1] && setSpan({ from: range[0].startOf("minute").toISOString(), to: range[1].startOf("minute").toISOString() })}
        />
      </Field>
      <Field label={t("stretch.phone")} htmlFor="s-phone" help={t("stretch.phone_help")}>
        <Input id="s-phone" value={phone} maxLength={32} inputMode="tel" onChange={(event) => setPhone(event.target.value)} />
      </Field>
      <Field label={t("stretch.reason")} htmlFor="s-reason" help={t("stretch.reason_help")}>
        <Input id="s-reason" value={reason} maxLength={200} onChange={(event) => setReason(event.target.value)} />
      </Field>
    </EditDialog>
  );
}
