// The sub-types: what each is called, whose it is, who is asked afterwards; none is deleted, for orders hold it.
import { Button, Checkbox, Input, Select } from "antd";
import { CircleOff, Eye, Flame, LockKeyhole, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Choose, Empty, Field, Mark, Panel, Table, Trouble, type Asked } from "@kit";
import { EditDialog } from "@kit/dialog";
import { FieldLines } from "@kit/field-lines";
import { useKnown } from "@lib/known";
import { said } from "@lib/words";
import { KINDS, type Kind, type Subtype } from "../api";
import { putKinds, useKinds } from "./api";
import { HouseMenu } from "./house";

const CALL_BACKS = ["always", "sample", "never"] as const;
const NEW: Subtype = { code: "", kind: "fault", title: { zh: "", en: "" }, tags: [], fields: [], reasons: [], duty: "", call_back: "always", danger: false, confidential: false, retired: false };
/** What the server takes for a code; it stands in every order of that sub-type. */
const CODE = /^[a-z0-9._]{1,60}$/;
/** What can be filled in: it has a key and a name, and a choice has something to choose. */
const complete = (field: Asked): boolean => field.key !== "" && field.title.zh.trim() !== "" && (field.kind !== "choice" || field.options.length > 0);
const words = (text: string): string[] => text.split(/[\s,，、]+/).filter(Boolean);

function SubtypeDialog({ subtype, all, version, onClose }: { subtype: Subtype | null; all: Subtype[]; version: number; onClose: () => void }) {
  const { t } = useTranslation("work_orders");
  const [form, setForm] = useState<Subtype>(subtype ?? NEW);
  const [reasons, setReasons] = useState(form.reasons.join(" "));
  const [tags, setTags] = useState(form.tags.join(" "));
  const set = (patch: Partial<Subtype>) => setForm({ ...form, ...patch });
  const taken = subtype === null && all.some(({ code }) => code === form.code);
  const bad = form.code !== "" && !CODE.test(form.code);
  const save = () => {
    const next = { ...form, reasons: words(reasons), tags: words(tags) };
    return putKinds(subtype ? all.map((one) => (one.code === subtype.code ? next : one)) : [...all, next], version);
  };
  const check = (key: "danger" | "confidential" | "retired") => (
    <div className="field">
      <Checkbox checked={form[key]} onChange={(event) => set({ [key]: event.target.checked })}>
        {t(`subtype.${key}`)}
      </Checkbox>
      <span className="help">{t(`subtype.help.${key}`)}</span>
    </div>
  );
  return (
    <EditDialog title={subtype ? said(subtype.title) : t("subtype.add")} width={860} ready={CODE.test(form.code) && !taken && form.title.zh.trim() !== "" && form.fields.every(complete)} onClose={onClose} onSave={save}>
      <div className="pair">
        <Field label={t("column.kind")} htmlFor="s-kind">
          <Select id="s-kind" disabled={subtype !== null} style={{ width: "100%" }} value={form.kind} onChange={(kind: Kind) => set({ kind })} options={KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))} />
        </Field>
        <Field label={t("subtype.code")} htmlFor="s-code" required help={t("subtype.help.code")} fault={taken ? t("subtype.taken") : bad ? t("subtype.bad_code") : undefined}>
          <Input id="s-code" disabled={subtype !== null} maxLength={60} value={form.code} onChange={(event) => set({ code: event.target.value.trim() })} />
        </Field>
        <Field label={t("subtype.zh")} htmlFor="s-zh" required>
          <Input id="s-zh" maxLength={40} value={form.title.zh} onChange={(event) => set({ title: { ...form.title, zh: event.target.value } })} />
        </Field>
        <Field label={t("subtype.en")} htmlFor="s-en">
          <Input id="s-en" maxLength={60} value={form.title.en} onChange={(event) => set({ title: { ...form.title, en: event.target.value } })} />
        </Field>
        <Field label={t("subtype.duty")} htmlFor="s-duty" help={t("subtype.help.duty")}>
          <Input id="s-duty" maxLength={40} value={form.duty} onChange={(event) => set({ duty: event.target.value.trim() })} />
        </Field>
        <Field label={t("subtype.reasons")} htmlFor="s-reasons" help={t("subtype.help.reasons")}>
          <Input id="s-reasons" maxLength={200} value={reasons} onChange={(event) => setReasons(event.target.value)} />
        </Field>
        <Field label={t("subtype.tags")} htmlFor="s-tags" help={t("subtype.help.tags")}>
          <Input id="s-tags" maxLength={200} value={tags} onChange={(event) => setTags(event.target.value)} />
        </Field>
        <Field label={t("subtype.call_back")}>
          <Choose label={t("subtype.call_back")} value={form.call_back} onChoose={(call_back) => set({ call_back })} items={CALL_BACKS.map((key) => ({ key, label: t(`call_back.${key}`) }))} />
        </Field>
      </div>
      {check("danger")}
      {check("confidential")}
      {subtype && check("retired")}
      <Field label={t("subtype.fields")} help={t("subtype.help.fields")}>
        <FieldLines fields={form.fields} onChange={(fields) => set({ fields })} />
      </Field>
    </EditDialog>
  );
}

export function KindsPart() {
  const { t } = useTranslation("work_orders");
  const matter = useKnown("matter");
  const found = useKinds();
  const [open, setOpen] = useState<Subtype | "new" | null>(null);
  const all = found.data?.kinds.subtypes ?? [];
  return (
    <Panel
      flush
      title={t("settings.kinds")}
      extra={
        <span className="row tight">
          {all.length > 0 && <HouseMenu first={["kinds", "limits"]} />}
          <Button type={all.length > 0 ? "primary" : "default"} disabled={!found.data} icon={<Plus size={16} aria-hidden />} onClick={() => setOpen("new")}>
            {t("subtype.add")}
          </Button>
        </span>
      }
    >
      {found.isError && !found.data ? (
        <Trouble error={found.error} retry={() => void found.refetch()} />
      ) : (
        <Table
          label={t("settings.kinds")}
          rows={found.data && [...all].sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind))}
          rowKey={(one) => one.code}
          onOpen={setOpen}
          expect={12}
          columns={[
            { key: "kind", title: t("column.kind"), cell: (one) => t(`kind.${one.kind}`) },
            { key: "title", title: t("column.subtype"), cell: (one) => <button type="button" className="linkish" onClick={() => setOpen(one)}>{said(one.title)}</button> },
            { key: "code", title: t("subtype.code"), cell: (one) => <code>{one.code}</code> },
            { key: "duty", title: t("subtype.duty"), cell: (one) => (one.duty ? matter(one.duty) : "—") },
            { key: "call_back", title: t("subtype.call_back"), cell: (one) => t(`call_back.${one.call_back}`) },
            { key: "fields", title: t("subtype.fields"), num: true, cell: (one) => one.fields.length },
            {
              key: "marks",
              title: t("subtype.marks"),
              cell: (one) => (
                <span className="row tight wrap">
                  {one.danger && <Mark tone="busy" icon={Flame}>{t("danger")}</Mark>}
                  {one.confidential && <Mark tone="hold" icon={LockKeyhole}>{t("subtype.confidential_mark")}</Mark>}
                  {one.retired && <Mark tone="offline" icon={CircleOff}>{t("subtype.retired_mark")}</Mark>}
                </span>
              ),
            },
          ]}
          empty={<Empty icon={Eye} title={t("subtype.none")} action={<HouseMenu primary first={["kinds", "limits"]} />}>{t("subtype.none_todo")}</Empty>}
        />
      )}
      {open && found.data && <SubtypeDialog key={open === "new" ? "new" : open.code} subtype={open === "new" ? null : open} all={all} version={found.data.version} onClose={() => setOpen(null)} />}
    </Panel>
  );
}
