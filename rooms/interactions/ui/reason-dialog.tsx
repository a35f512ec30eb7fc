// One reason of the tree: its title, what it asks for, what it reminds of.
import { Button, Input, Select } from "antd";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "@kit";
import { EditDialog } from "@kit/dialog";
import { FieldLines } from "@kit/field-lines";
import { changeTree, said, type Point, type Reason } from "./api";
import { path, type Indexed } from "./tree";

export function PointLines({ points, onChange }: { points: Point[]; onChange: (points: Point[]) => void }) {
  const { t } = useTranslation("interactions");
  const set = (at: number, patch: Partial<Point>) => onChange(points.map((point, place) => (place === at ? { ...point, ...patch } : point)));
  return (
    <div className="edit-lines">
      {points.map((point, at) => (
        <div key={at} className="edit-line">
          <Input aria-label={t("edit.key")} placeholder={t("edit.key")} value={point.key} maxLength={40} onChange={(event) => set(at, { key: event.target.value.trim() })} />
          <Input aria-label={t("edit.zh")} placeholder={t("edit.zh")} value={point.title.zh} maxLength={60} onChange={(event) => set(at, { title: { ...point.title, zh: event.target.value } })} />
          <Input aria-label={t("edit.en")} placeholder={t("edit.en")} value={point.title.en} maxLength={120} onChange={(event) => set(at, { title: { ...point.title, en: event.target.value } })} />
          <Button aria-label={t("edit.remove")} icon={<Trash2 size={15} aria-hidden />} onClick={() => onChange(points.filter((_, place) => place !== at))} />
          <Input className="full" aria-label={t("edit.say_zh")} placeholder={t("edit.say_zh")} value={point.say.zh} maxLength={300} onChange={(event) => set(at, { say: { ...point.say, zh: event.target.value } })} />
          <Input className="full" aria-label={t("edit.say_en")} placeholder={t("edit.say_en")} value={point.say.en} maxLength={300} onChange={(event) => set(at, { say: { ...point.say, en: event.target.value } })} />
        </div>
      ))}
      <Button icon={<Plus size={15} aria-hidden />} onClick={() => onChange([...points, { key: `p${points.length + 1}`, title: { zh: "", en: "" }, say: { zh: "", en: "" } }])}>
        {t("edit.add_point")}
      </Button>
    </div>
  );
}

/** The code after the last sibling's: two digits for each level. */
export function nextCode(tree: Indexed, parent: string | null): string {
  const siblings = tree.below.get(parent) ?? [];
  const last = siblings.map((reason) => reason.code).sort().at(-1);
  const found = last ? /^(.*?)(\d{2})$/.exec(last) : null;
  if (found) return `${found[1]}${String(Number(found[2]) + 1).padStart(2, "0")}`;
  return parent === null ? "A01" : `${parent}01`;
}

export function ReasonDialog({ tree, reason, parent, onClose }: { tree: Indexed; reason: Reason | null; parent: string | null; onClose: () => void }) {
  const { t } = useTranslation("interactions");
  const [next, setNext] = useState<Reason>(reason ?? { code: nextCode(tree, parent), parent, title: { zh: "", en: "" }, pinyin: "", initials: "", fields: [], points: [], closable: null, order: null, retired: false });
  const set = (patch: Partial<Reason>) => setNext({ ...next, ...patch });
  const three = (key: "closable" | "order", id: string) => (
    <Select
      id={id}
      value={next[key] === null ? "above" : next[key] ? "yes" : "no"}
      options={(["above", "yes", "no"] as const).map((value) => ({ value, label: t(`edit.three.${value}`) }))}
      onChange={(value: string) => set({ [key]: value === "above" ? null : value === "yes" })}
    />
  );
  const where = path(tree, parent)
    .map((above) => said(above.title))
    .join(" › ");
  return (
    <EditDialog
      width={860}
      title={reason ? said(reason.title) : t("edit.new")}
      ready={next.title.zh.trim() !== "" && next.code.trim() !== ""}
      onClose={onClose}
      onSave={() => changeTree(tree.tree.version, { change: reason ? "edit" : "add", reason: next })}
    >
      {where && <p className="muted">{t("edit.below", { where })}</p>}
      <div className="form-grid">
        <Field label={t("edit.code")} htmlFor="r-code" required help={t("edit.code_help")}>
          <Input id="r-code" value={next.code} maxLength={20} disabled={reason !== null} onChange={(event) => set({ code: event.target.value.trim() })} />
        </Field>
        <Field label={t("edit.zh")} htmlFor="r-zh" required help={reason?.pinyin ? t("edit.sound", { pinyin: reason.initials }) : t("edit.sound_help")}>
          <Input id="r-zh" value={next.title.zh} maxLength={60} onChange={(event) => set({ title: { ...next.title, zh: event.target.value } })} />
        </Field>
        <Field label={t("edit.en")} htmlFor="r-en">
          <Input id="r-en" value={next.title.en} maxLength={120} onChange={(event) => set({ title: { ...next.title, en: event.target.value } })} />
        </Field>
        <Field label={t("edit.closable")} htmlFor="r-closable">
          {three("closable", "r-closable")}
        </Field>
        <Field label={t("edit.order")} htmlFor="r-order">
          {three("order", "r-order")}
        </Field>
      </div>
      <Field label={t("edit.fields")} help={t("edit.fields_help")}>
        <FieldLines fields={next.fields} onChange={(fields) => set({ fields })} />
      </Field>
      <Field label={t("edit.points")} help={t("edit.points_help")}>
        <PointLines points={next.points} onChange={(points) => set({ points })} />
      </Field>
    </EditDialog>
  );
}
