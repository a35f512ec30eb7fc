// A field that a centre asks for (of a contact reason, of a sub-type of orders), as its kind wants to be filled in.
import { Button, DatePicker, Input, Select } from "antd";
import dayjs from "dayjs";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { serverNow } from "@lib/clock";
import { clock, day } from "@lib/format";
import { said, type Words } from "@lib/words";
import { Choose } from "./choose";
import { Field } from "./page";

export const FIELD_KINDS = ["text", "choice", "date", "date_time", "number", "phone", "address", "yes_no"] as const;
export interface Asked {
  key: string;
  title: Words;
  kind: (typeof FIELD_KINDS)[number];
  required: boolean;
  options: { key: string; title: Words }[];
}

interface Props {
  field: Asked;
  value: string;
  onChange: (value: string) => void;
  onLeave?: () => void;
  /** What is wrong with it, in words. */
  fault: string | undefined;
}

/** Half Chinese letters side by side in a column of the form. */
const COLUMN = 30;
/** Whether a few choices fit into one column, by rule of thumb. */
const fits = (words: string[]): boolean => words.length > 4 || words.reduce((sum, word) => sum + 4.5 + [...word].reduce((wide, letter) => wide + (letter > "\u2e80" ? 2 : 1.1), 0), 0) <= COLUMN;

export function AskedInput({ field, value, onChange, onLeave, fault }: Props) {
  const { t } = useTranslation("app");
  const id = useId();
  const label = said(field.title);
  const common = { id, value, maxLength: 500, ...(fault ? { status: "error" as const } : {}), onBlur: onLeave };
  const typed = (event: { target: { value: string } }) => onChange(event.target.value);
  const wide = field.kind === "text" || field.kind === "address" || field.kind === "date_time" || (field.kind === "choice" && !fits(field.options.map((option) => said(option.title))));
  const picked = (format: string) => ({ id, format, value: value ? dayjs(value) : null, style: { width: "100%" }, onBlur: onLeave, ...(fault ? { status: "error" as const } : {}) });
  const chips = (items: { key: string; label: string }[]) => <Choose label={label} items={items} value={value || null} onChoose={(key) => onChange(value === key ? "" : key)} />;
  const body = () => {
    switch (field.kind) {
      case "choice":
        return field.options.length <= 4 ? (
          chips(field.options.map((option) => ({ key: option.key, label: said(option.title) })))
        ) : (
          <Select id={id} aria-label={label} allowClear value={value || null} options={field.options.map((option) => ({ value: option.key, label: said(option.title) }))} onChange={(next: string | null | undefined) => onChange(next ?? "")} />
        );
      case "yes_no":
        return chips([{ key: "yes", label: t("yes") }, { key: "no", label: t("no") }]);
      case "date":
        return <DatePicker {...picked("YYYY-MM-DD")} onChange={(next) => onChange(next?.format("YYYY-MM-DD") ?? "")} />;
      case "date_time":
        return (
          <span className="row tight">
            <DatePicker {...picked("YYYY-MM-DD HH:mm")} showTime={{ format: "HH:mm" }} onChange={(next) => onChange(next?.format("YYYY-MM-DDTHH:mm") ?? "")} />
            <Button onClick={() => onChange(`${day(serverNow())}T${clock(serverNow(), false)}`)}>{t("now")}</Button>
          </span>
        );
      case "number":
        return <Input {...common} inputMode="decimal" onChange={typed} />;
      case "phone":
        return <Input {...common} inputMode="tel" onChange={typed} />;
      default:
        return <Input {...common} onChange={typed} />;
    }
  };
  const grouped = field.kind === "yes_no" || (field.kind === "choice" && field.options.length <= 4);
  return (
    <div className={wide ? "asked wide" : "asked"}>
      <Field label={label} {...(grouped ? {} : { htmlFor: id })} required={field.required} fault={fault}>
        {body()}
      </Field>
    </div>
  );
}
