// The filters above a list of calls or recordings. What is chosen lives in the address.
import { Button, DatePicker, Input, InputNumber, Select } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { FilterX, Search } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { serverNow } from "@lib/clock";
import type { Directory } from "@lib/directory";
import { Field } from "./page";

/** A text that is applied on Enter or when the field is left. */
export function TextFilter({ id, label, value, onChange, width = 130, digits = false }: { id: string; label: string; value: string | undefined; onChange: (value: string | null) => void; width?: number; digits?: boolean }) {
  const [text, setText] = useState(value ?? "");
  const [was, setWas] = useState(value);
  if (was !== value) {
    setWas(value);
    setText(value ?? "");
  }
  const apply = () => {
    const clean = digits ? text.replace(/[^\d+*#]/g, "") : text.trim();
    if (clean !== (value ?? "")) onChange(clean || null);
  };
  return (
    <Field label={label} htmlFor={id}>
      <Input id={id} value={text} style={{ width }} maxLength={64} inputMode={digits ? "tel" : "text"} onChange={(event) => setText(event.target.value)} onBlur={apply} onPressEnter={apply} allowClear prefix={<Search size={15} aria-hidden className="muted" />} />
    </Field>
  );
}

export function ChoiceFilter({ id, label, value, onChange, options, width = 106 }: { id: string; label: string; value: string | undefined; onChange: (value: string | null) => void; options: { value: string; label: ReactNode; search?: string }[]; width?: number }) {
  const { t } = useTranslation("app");
  return (
    <Field label={label} htmlFor={id}>
      <Select
        id={id}
        value={value ?? null}
        style={{ width }}
        allowClear
        showSearch={options.length > 8 ? { filterOption: (text, option) => String(option?.search ?? option?.label ?? "").includes(text) } : false}
        placeholder={t("all")}
        options={options}
        onChange={(next: string | null | undefined) => onChange(next ?? null)}
      />
    </Field>
  );
}

/** Choose by name; where the names may not be seen there is nothing to choose from, and the filter is left out. */
export function DirectoryFilter({ directory, ...rest }: { id: string; label: string; value: string | undefined; onChange: (value: string | null) => void; directory: Directory; width?: number }) {
  if (directory.all.length === 0) return null;
  return <ChoiceFilter {...rest} options={directory.all.map((item) => ({ value: item.id, label: directory.name(item.id), search: `${item.number ?? ""} ${item.name}` }))} />;
}

/** From and until, as instants; whole days unless a time is given. */
export function TimeFilter({ label, from, to, onChange }: { label: string; from: string | undefined; to: string | undefined; onChange: (from: string | null, to: string | null) => void }) {
  const { t } = useTranslation("app");
  const today = dayjs(serverNow()).startOf("day");
  const presets: { label: string; value: [Dayjs, Dayjs] }[] = [
    { label: t("filter.today"), value: [today, today.endOf("day")] },
    { label: t("filter.yesterday"), value: [today.subtract(1, "day"), today.subtract(1, "day").endOf("day")] },
    { label: t("filter.week"), value: [today.subtract(6, "day"), today.endOf("day")] },
    { label: t("filter.month"), value: [today.subtract(29, "day"), today.endOf("day")] },
  ];
  return (
    <Field label={label}>
      <DatePicker.RangePicker
        aria-label={label}
        style={{ width: 284 }}
        showTime={{ format: "HH:mm", defaultOpenValue: [today, today.endOf("day")] }}
        format="MM-DD ddd HH:mm"
        presets={presets}
        allowEmpty={[true, true]}
        value={[from ? dayjs(from) : null, to ? dayjs(to) : null]}
        onChange={(range) => onChange(range?.[0]?.toISOString() ?? null, range?.[1]?.toISOString() ?? null)}
      />
    </Field>
  );
}

/** At least and at most so many seconds. */
export function SecondsFilter({ label, min, max, onChange }: { label: string; min: string | undefined; max: string | undefined; onChange: (min: string | null, max: string | null) => void }) {
  const { t } = useTranslation("app");
  const text = (value: number | null) => (value == null ? null : String(value));
  const number = (value: string | undefined) => (value === undefined || !/^\d+$/.test(value) ? null : Number(value));
  return (
    <Field label={label}>
      <span className="row tight">
        <InputNumber aria-label={t("filter.at_least")} min={0} precision={0} style={{ width: 62 }} controls={false} value={number(min)} onChange={(value) => onChange(text(value), max ?? null)} changeOnWheel={false} />
        <span className="muted">–</span>
        <InputNumber aria-label={t("filter.at_most")} min={0} precision={0} style={{ width: 62 }} controls={false} value={number(max)} onChange={(value) => onChange(min ?? null, text(value))} changeOnWheel={false} />
        <span className="muted">{t("filter.seconds")}</span>
      </span>
    </Field>
  );
}

export function Filters({ children, active, onClear, label }: { children: ReactNode; active: boolean; onClear: () => void; label: string }) {
  const { t } = useTranslation("app");
  return (
    <search className="filters" aria-label={label}>
      {children}
      {active && (
        <Button type="text" onClick={onClear} icon={<FilterX size={16} aria-hidden />}>
          {t("clear")}
        </Button>
      )}
    </search>
  );
}
