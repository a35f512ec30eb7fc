// What a centre asks for (of a contact reason, of a sub-type of orders), one field a line: added, changed, removed.
import { Button, Checkbox, Input, Select } from "antd";
import { Plus, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { FIELD_KINDS, type Asked } from "./asked";

const choices = (field: Asked): string => field.options.map((option) => `${option.key} | ${option.title.zh}${option.title.en ? ` | ${option.title.en}` : ""}`).join("\n");
/** `key | 中文 | English`, one a line. */
export function readChoices(text: string): Asked["options"] {
  return text
    .split("\n")
    .map((line) => line.split("|").map((part) => part.trim()))
    .filter((parts) => parts[0])
    .map(([key = "", zh = "", en = ""]) => ({ key, title: { zh: zh || key, en } }));
}

/** A key that no other line has. */
function newKey(fields: Asked[]): string {
  let nth = fields.length + 1;
  while (fields.some(({ key }) => key === `f${nth}`)) nth += 1;
  return `f${nth}`;
}

export function FieldLines({ fields, onChange }: { fields: Asked[]; onChange: (fields: Asked[]) => void }) {
  const { t } = useTranslation("app");
  const set = (at: number, patch: Partial<Asked>) => onChange(fields.map((field, place) => (place === at ? { ...field, ...patch } : field)));
  return (
    <div className="edit-lines">
      {fields.map((field, at) => (
        <div key={at} className="edit-line">
          <Input aria-label={t("field_lines.key")} placeholder={t("field_lines.key")} value={field.key} maxLength={40} onChange={(event) => set(at, { key: event.target.value.trim() })} />
          <Input aria-label={t("field_lines.zh")} placeholder={t("field_lines.zh")} value={field.title.zh} maxLength={60} onChange={(event) => set(at, { title: { ...field.title, zh: event.target.value } })} />
          <Input aria-label={t("field_lines.en")} placeholder={t("field_lines.en")} value={field.title.en} maxLength={120} onChange={(event) => set(at, { title: { ...field.title, en: event.target.value } })} />
          <Select aria-label={t("field_lines.kind")} value={field.kind} options={FIELD_KINDS.map((kind) => ({ value: kind, label: t(`field_lines.kinds.${kind}`) }))} onChange={(kind: Asked["kind"]) => set(at, { kind })} />
          <Checkbox checked={field.required} onChange={(event) => set(at, { required: event.target.checked })}>
            {t("field_lines.required")}
          </Checkbox>
          <Button aria-label={t("field_lines.remove")} icon={<Trash2 size={15} aria-hidden />} onClick={() => onChange(fields.filter((_, place) => place !== at))} />
          {field.kind === "choice" && <Input.TextArea className="full" aria-label={t("field_lines.options")} autoSize={{ minRows: 2 }} placeholder={t("field_lines.options_help")} defaultValue={choices(field)} onBlur={(event) => set(at, { options: readChoices(event.target.value) })} />}
        </div>
      ))}
      <Button icon={<Plus size={15} aria-hidden />} onClick={() => onChange([...fields, { key: newKey(fields), title: { zh: "", en: "" }, kind: "text", required: false, options: [] }])}>
        {t("field_lines.add")}
      </Button>
    </div>
  );
}
