// What the matter is: sub-type with its fields, the words, who and where, and what makes it more than ordinary.
import { Checkbox, Input, Select } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { AskedInput, Choose, Field, Notice } from "@kit";
import { useAgents } from "@lib/directory";
import { useMe } from "@lib/session";
import { said } from "@lib/words";
import { CHANNELS, EMOTIONS, KINDS, LEVELS, PRIVACIES, SITES, URGENCIES, useSubtypes, type Matter } from "../api";
import { withSubtype } from "./prefill";

interface Props {
  matter: Matter;
  /** Whose call it was; null without a call. */
  agent: string | null;
  told: (field: string) => string | undefined;
  onChange: (patch: Partial<Matter>) => void;
}

export function MatterForm({ matter, agent, told, onChange }: Props) {
  const { t } = useTranslation("work_orders");
  const id = useId();
  const subtypes = useSubtypes();
  const agents = useAgents();
  const me = useMe().data?.id;
  const subtype = subtypes.find(matter.subtype);
  const status = (field: string) => (told(field) ? { status: "error" as const } : {});
  const options = KINDS.map((kind) => ({
    label: t(`kind.${kind}`),
    options: subtypes.all
      .filter((one) => one.kind === kind && (!one.retired || one.code === matter.subtype))
      .map((one) => ({ value: one.code, label: said(one.title), search: `${said(one.title)} ${t(`kind.${kind}`)} ${one.code}` })),
  })).filter((group) => group.options.length > 0);
  const about = matter.kind === "complaint" || matter.kind === "report";
  const anonymous = matter.privacy === "anonymous";
  return (
    <>
      <div className="filing-grid">
        <Field label={t("matter.subtype")} htmlFor={`${id}-subtype`} required fault={told("subtype")}>
          <Select
            id={`${id}-subtype`}
            autoFocus={matter.subtype === ""}
            value={matter.subtype || null}
            options={options}
            placeholder={t("matter.subtype_search")}
            showSearch={{ filterOption: (text, option) => String((option as { search?: string } | undefined)?.search ?? "").toLowerCase().includes(text.toLowerCase()) }}
            style={{ width: "100%" }}
            {...status("subtype")}
            onChange={(code: string) => {
              const next = subtypes.find(code);
              if (next) onChange(withSubtype(matter, next));
            }}
          />
        </Field>
        {matter.call === null && (
          <Field label={t("matter.channel")} htmlFor={`${id}-channel`}>
            <Select id={`${id}-channel`} style={{ width: "100%" }} value={matter.channel} onChange={(channel) => onChange({ channel })} options={CHANNELS.map((value) => ({ value, label: t(`channel.${value}`) }))} />
          </Field>
        )}
      </div>
      <Field label={t("matter.content")} htmlFor={`${id}-content`} required fault={told("content")}>
        <Input.TextArea id={`${id}-content`} autoFocus={matter.subtype !== ""} autoSize={{ minRows: 2, maxRows: 7 }} maxLength={4000} value={matter.content} {...status("content")} onChange={(event) => onChange({ content: event.target.value })} />
      </Field>
      {subtype && subtype.fields.length > 0 && (
        <div className="asked-grid">
          {subtype.fields.map((field) => (
            <AskedInput key={field.key} field={field} value={matter.fields[field.key] ?? ""} fault={told(`fields.${field.key}`)} onChange={(value) => onChange({ fields: { ...matter.fields, [field.key]: value } })} />
          ))}
        </div>
      )}
      <div className="filing-grid">
        <Field label={t("matter.contact")} htmlFor={`${id}-name`}>
          <Input id={`${id}-name`} disabled={anonymous} maxLength={80} value={anonymous ? "" : matter.contact.name} onChange={(event) => onChange({ contact: { ...matter.contact, name: event.target.value } })} />
        </Field>
        <Field label={t("matter.phone")} htmlFor={`${id}-phone`} required={!anonymous} fault={told("contact.phone")}>
          <Input id={`${id}-phone`} disabled={anonymous} inputMode="tel" maxLength={40} value={anonymous ? "" : matter.contact.phone} {...status("contact.phone")} onChange={(event) => onChange({ contact: { ...matter.contact, phone: event.target.value } })} />
        </Field>
        <Field label={t("matter.site")}>
          <Choose small label={t("matter.site")} value={matter.site} onChoose={(site) => onChange({ site })} items={SITES.map((key) => ({ key, label: t(`site.${key}`) }))} />
        </Field>
        <div className="wide">
          <Field label={t("matter.address")} htmlFor={`${id}-address`} required={matter.kind === "fault"} fault={told("address")}>
            <Input id={`${id}-address`} maxLength={200} value={matter.address} {...status("address")} onChange={(event) => onChange({ address: event.target.value })} />
          </Field>
        </div>
        <Field label={t("matter.area")} htmlFor={`${id}-area`} help={t("matter.area_help")}>
          <Input id={`${id}-area`} maxLength={40} value={matter.area} onChange={(event) => onChange({ area: event.target.value })} />
        </Field>
      </div>
      <div className="filing-grid">
        <Field label={t("matter.urgency")}>
          <Choose small label={t("matter.urgency")} value={matter.danger ? "urgent" : matter.urgency} onChoose={(urgency) => onChange({ urgency })} items={URGENCIES.map((key) => ({ key, label: t(`urgency.${key}`), barred: matter.danger && key !== "urgent" ? t("matter.danger_urgent") : undefined }))} />
        </Field>
        <Field label={t("matter.emotion")}>
          <Choose small label={t("matter.emotion")} value={matter.emotion} onChoose={(emotion) => onChange({ emotion })} items={EMOTIONS.map((key) => ({ key, label: t(`emotion.${key}`) }))} />
        </Field>
        <Field label={t("matter.privacy")} help={matter.privacy === "open" ? undefined : t(`privacy_help.${matter.privacy}`)}>
          <Choose small label={t("matter.privacy")} value={matter.privacy} onChoose={(privacy) => onChange({ privacy })} items={PRIVACIES.map((key) => ({ key, label: t(`privacy.${key}`) }))} />
        </Field>
        {matter.kind === "complaint" && (
          <Field label={t("matter.level")}>
            <Choose small label={t("matter.level")} value={matter.level} onChoose={(level) => onChange({ level })} items={LEVELS.map((key) => ({ key, label: t(`level.${key}`) }))} />
          </Field>
        )}
      </div>
      <div className="row wrap">
        <Checkbox checked={matter.danger} disabled={subtype?.danger} onChange={(event) => onChange({ danger: event.target.checked })}>
          {t("matter.danger")}
        </Checkbox>
        <Checkbox checked={matter.reply_wanted && !anonymous} disabled={anonymous} onChange={(event) => onChange({ reply_wanted: event.target.checked })}>
          {t("matter.reply_wanted")}
        </Checkbox>
        <Checkbox checked={matter.important_customer} onChange={(event) => onChange({ important_customer: event.target.checked })}>
          {t("matter.important_customer")}
        </Checkbox>
      </div>
      {about && (
        <>
          <div className="row wrap">
            {agent !== null && (
              <Checkbox checked={matter.about === agent} onChange={(event) => onChange({ about: event.target.checked ? agent : null })}>
                {t("matter.about_agent")}
              </Checkbox>
            )}
            {agents.all.length > 0 && (
              <span className="row tight">
                <label htmlFor={`${id}-about`} className="muted">{t("matter.about")}</label>
                <Select id={`${id}-about`} allowClear showSearch={{ optionFilterProp: "label" }} style={{ width: 180 }} placeholder={t("matter.nobody")} value={matter.about} onChange={(person: string | null | undefined) => onChange({ about: person ?? null })} options={agents.all.map((one) => ({ value: one.id, label: agents.name(one.id) }))} />
              </span>
            )}
          </div>
          {matter.about !== null && (
            <Notice tone="wrap" title={matter.about === me ? t("matter.goes_past_you") : t("matter.goes_past", { who: agents.name(matter.about) ?? "" })}>
              {t("matter.goes_past_text")}
            </Notice>
          )}
        </>
      )}
    </>
  );
}
