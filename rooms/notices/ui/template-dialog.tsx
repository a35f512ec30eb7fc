// One text: written or changed with a preview, approved by somebody else, its earlier versions below.
import { Button, Checkbox, Input, InputNumber, Popconfirm, Radio, Segmented } from "antd";
import { Sparkles } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Facts, Field, Moment, Notice, useProblemText } from "@kit";
import { EditDialog } from "@kit/dialog";
import { useAgents } from "@lib/directory";
import { useMay } from "@lib/session";
import { actOnTemplate, useVersions, writeTemplate, type Draft, type Field as FieldOf, type Template } from "./api";
import { declared, used } from "./fields";
import { APPROVE, WRITE_TEMPLATES } from "./permissions";
import { PreviewBox } from "./preview";
import { StageMark } from "./words";

const NEW: Draft = { name: "", class: "service", urgent: false, subject: "", body: "", fields: [] };

function FieldLines({ fields, onChange, readOnly }: { fields: FieldOf[]; onChange: (next: FieldOf[]) => void; readOnly: boolean }) {
  const { t } = useTranslation("notices");
  if (fields.length === 0) return <p className="muted">{t("template.no_fields")}</p>;
  const set = (at: number, patch: Partial<FieldOf>) => onChange(fields.map((field, place) => (place === at ? { ...field, ...patch } : field)));
  return (
    <div className="notice-fields">
      {fields.map((field, at) => (
        <div key={field.key} className="notice-field">
          <code>{`{${field.key}}`}</code>
          <Input aria-label={`${field.key} ${t("template.label")}`} placeholder={t("template.label")} value={field.label} maxLength={20} disabled={readOnly} onChange={(event) => set(at, { label: event.target.value })} />
          <Input aria-label={`${field.key} ${t("template.example")}`} placeholder={t("template.example")} value={field.example} maxLength={60} disabled={readOnly} onChange={(event) => set(at, { example: event.target.value })} />
          <InputNumber aria-label={`${field.key} ${t("template.most")}`} value={field.most} min={1} max={200} precision={0} changeOnWheel={false} disabled={readOnly} suffix={t("template.most_unit")} onChange={(most) => set(at, { most: most ?? 40 })} />
        </div>
      ))}
    </div>
  );
}

function Review({ template, onDone }: { template: Template; onDone: () => void }) {
  const { t } = useTranslation("notices");
  const agents = useAgents();
  const may = useMay(APPROVE);
  const problem = useProblemText();
  const [failed, setFailed] = useState<unknown>(null);
  const run = (act: "approve" | "retire") => actOnTemplate(template, act).then(onDone, setFailed);
  const canApprove = template.allowed.includes("approve");
  return (
    <div className="stack">
      {failed ? <Notice tone="busy" title={problem(failed).what} /> : null}
      <Facts
        items={[
          [t("column.state"), <span key="s" className="row tight"><StageMark state={template.state} /> {t("one.version_of", { version: template.version })}</span>],
          [t("template.written"), <div key="w"><Moment at={template.written_at} /><p className="muted">{agents.name(template.written_by) ?? t("template.house")}</p></div>],
          [t("template.reviewed"), template.reviewed_at && <div key="r"><Moment at={template.reviewed_at} /><p className="muted">{agents.name(template.reviewed_by) ?? t("template.house")}</p></div>],
        ]}
      />
      {may && (
        <div className="row tight">
          {template.state === "drafted" && (
            <Button type="primary" disabled={!canApprove} title={template.own ? t("refusal.own_text") : undefined} onClick={() => void run("approve")}>
              {t("template.approve")}
            </Button>
          )}
          {template.allowed.includes("retire") && (
            <Popconfirm title={t(template.state === "approved" ? "template.retire_ask" : "template.discard_ask")} okText={t("template.retire")} onConfirm={() => void run("retire")}>
              <Button danger>{t("template.retire")}</Button>
            </Popconfirm>
          )}
          {template.own && template.state === "drafted" && <span className="muted">{t("refusal.own_text")}</span>}
        </div>
      )}
    </div>
  );
}

/** What the product says by now, beside what stands here. */
function Newer({ template, onTake }: { template: Template; onTake: (() => void) | undefined }) {
  const { t } = useTranslation("notices");
  if (!template.newer) return null;
  return (
    <Notice tone="wrap" icon={Sparkles} title={t("template.newer_one")} action={onTake && <Button onClick={onTake}>{t("template.take")}</Button>}>
      <p>{template.newer.body}</p>
      <p className="muted">{t(template.state === "approved" ? "template.take_then" : "template.take_replaces")}</p>
    </Notice>
  );
}

function Earlier({ template }: { template: Template }) {
  const { t } = useTranslation("notices");
  const versions = useVersions(template.code, template.language);
  const others = versions.data?.filter((one) => one.version !== template.version) ?? [];
  if (others.length === 0) return null;
  return (
    <Field label={t("template.versions")}>
      <ul className="notice-lines">
        {others.map((one) => (
          <li key={one.version}>
            <span className="row tight">
              <StageMark state={one.state} /> {t("one.version_of", { version: one.version })} <Moment at={one.written_at} seconds={false} />
            </span>
            <p className="muted">{one.body}</p>
          </li>
        ))}
      </ul>
    </Field>
  );
}

export function TemplateDialog({ template, all, onTake, onClose }: { template: Template | null; all: Template[]; onTake?: ((template: Template) => Promise<unknown>) | undefined; onClose: () => void }) {
  const { t } = useTranslation("notices");
  const mayWrite = useMay(WRITE_TEMPLATES);
  const [code, setCode] = useState(template?.code ?? "");
  const [language, setLanguage] = useState<Template["language"]>(template?.language ?? "zh-CN");
  const [draft, setDraft] = useState<Draft>(template ?? NEW);
  // The newest version is the one that goes on.
  const newest = all.filter((one) => one.code === code && one.language === language).sort((a, b) => b.version - a.version)[0];
  const older = template !== null && newest !== undefined && newest.version > template.version;
  const set = (patch: Partial<Draft>) => {
    const next = { ...draft, ...patch };
    setDraft({ ...next, fields: declared(used(next.subject, next.body), next.fields) });
  };
  const readOnly = !mayWrite || older;
  const unlabelled = draft.fields.some((field) => field.label.trim() === "" || field.example.trim() === "");
  return (
    <EditDialog
      title={template ? template.name : t("template.new")}
      width={760}
      onClose={onClose}
      readOnly={readOnly}
      save={template && template.state !== "drafted" ? t("template.next", { version: (newest?.version ?? 0) + 1 }) : t("template.save")}
      saved={t("template.saved")}
      ready={code !== "" && draft.name.trim() !== "" && draft.body.trim() !== "" && !unlabelled}
      onSave={() => writeTemplate(code, language, { version: newest?.version ?? 0, revision: newest?.revision ?? 0 }, { name: draft.name, class: draft.class, urgent: draft.urgent && draft.class === "service", subject: draft.subject, body: draft.body, fields: draft.fields })}
    >
      {template && <Review template={template} onDone={onClose} />}
      {template && <Newer template={template} onTake={onTake && (() => void onTake(template).then(onClose))} />}
      {older && <Notice tone="wrap" title={t("template.older")} />}
      <div className="form-grid">
        <Field label={t("template.name")} htmlFor="t-name" required>
          <Input id="t-name" value={draft.name} maxLength={40} disabled={readOnly} onChange={(event) => set({ name: event.target.value })} />
        </Field>
        <Field label={t("template.code")} htmlFor="t-code" required help={template ? undefined : t("template.code_help")}>
          <Input id="t-code" value={code} maxLength={60} disabled={template !== null} onChange={(event) => setCode(event.target.value.toLowerCase().replace(/[^a-z0-9_]/g, "_"))} />
        </Field>
        <Field label={t("one.class")}>
          <Radio.Group value={draft.class} disabled={readOnly} onChange={(event) => set({ class: event.target.value as Draft["class"] })} options={(["service", "marketing"] as const).map((value) => ({ value, label: t(`class.${value}`) }))} />
        </Field>
        {draft.class === "service" && (
          <Checkbox checked={draft.urgent} disabled={readOnly} onChange={(event) => set({ urgent: event.target.checked })}>
            {t("template.urgent")}
          </Checkbox>
        )}
        <Field label={t("template.language")}>
          <Segmented value={language} disabled={template !== null} onChange={setLanguage} options={[{ value: "zh-CN", label: "中文" }, { value: "en", label: "English" }]} />
        </Field>
      </div>
      <Field label={t("template.body")} htmlFor="t-body" required help={t("template.body_help")}>
        <Input.TextArea id="t-body" value={draft.body} autoSize={{ minRows: 3 }} maxLength={1000} disabled={readOnly} onChange={(event) => set({ body: event.target.value })} />
      </Field>
      <Field label={t("template.fields")} help={draft.fields.length > 0 ? t("template.fields_help") : undefined}>
        <FieldLines fields={draft.fields} readOnly={readOnly} onChange={(fields) => setDraft({ ...draft, fields })} />
      </Field>
      <Field label={t("template.subject")} htmlFor="t-subject" help={t("template.subject_help")}>
        <Input id="t-subject" value={draft.subject} maxLength={100} disabled={readOnly} onChange={(event) => set({ subject: event.target.value })} />
      </Field>
      <PreviewBox draft={draft} />
      {template && <Earlier template={template} />}
    </EditDialog>
  );
}
