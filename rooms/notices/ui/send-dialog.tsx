// A notice sent by hand: an approved text, whom it goes to, what its fields say, and how it will read.
import { Checkbox, Input, Radio, Select } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Field, Notice } from "@kit";
import { EditDialog } from "@kit/dialog";
import { sendNotice, type Channel, type Template } from "./api";
import { PreviewBox } from "./preview";

export function SendDialog({ templates, onClose }: { templates: Template[]; onClose: () => void }) {
  const { t } = useTranslation("notices");
  const approved = useMemo(() => templates.filter((template) => template.state === "approved"), [templates]);
  const [at, setAt] = useState(0);
  const [channel, setChannel] = useState<Channel>("sms");
  const [to, setTo] = useState("");
  const [urgent, setUrgent] = useState(false);
  const [values, setValues] = useState<Record<string, string>>({});
  // One wish, however often the button is pressed.
  const [key] = useState(() => crypto.randomUUID());
  const template = approved[at];
  if (!template)
    return (
      <EditDialog title={t("send.title")} onClose={onClose} readOnly onSave={() => Promise.resolve()}>
        <Notice tone="wrap" title={t("send.none")}>
          {t("send.none_todo")}
        </Notice>
      </EditDialog>
    );
  const filled = template.fields.every((field) => (values[field.key] ?? "").trim() !== "");
  return (
    <EditDialog
      title={t("send.title")}
      width={720}
      onClose={onClose}
      save={t("send.do")}
      saved={t("send.done")}
      ready={to.trim() !== "" && filled}
      onSave={() => sendNotice({ template: template.code, language: template.language, channel, to, values, urgent: urgent && template.urgent, key })}
    >
      <Field label={t("column.template")} htmlFor="s-template" required>
        <Select id="s-template" value={at} showSearch={{ optionFilterProp: "label" }} onChange={setAt} options={approved.map((one, value) => ({ value, label: one.language === "en" ? `${one.name} (en)` : one.name }))} />
      </Field>
      <div className="form-grid">
        <Field label={t("column.channel")}>
          <Radio.Group value={channel} onChange={(event) => setChannel(event.target.value as Channel)} options={(["sms", "mail"] as const).map((value) => ({ value, label: t(`channel.${value}`) }))} />
        </Field>
        <Field label={t(channel === "mail" ? "send.mail" : "send.phone")} htmlFor="s-to" required>
          <Input id="s-to" value={to} maxLength={254} inputMode={channel === "mail" ? "email" : "tel"} onChange={(event) => setTo(event.target.value)} />
        </Field>
        {template.fields.map((field) => (
          <Field key={field.key} label={field.label} htmlFor={`s-${field.key}`} required>
            <Input id={`s-${field.key}`} value={values[field.key] ?? ""} maxLength={field.most} placeholder={field.example} onChange={(event) => setValues({ ...values, [field.key]: event.target.value })} />
          </Field>
        ))}
      </div>
      <PreviewBox draft={template} values={values} />
      {template.urgent && (
        <Checkbox checked={urgent} onChange={(event) => setUrgent(event.target.checked)}>
          {t("send.urgent")}
        </Checkbox>
      )}
    </EditDialog>
  );
}
