// The dialogs in which a unit, or who belongs to it, is added or changed.
import { Checkbox, Input, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Choose, Field } from "@kit";
import { EditDialog } from "@kit/dialog";
import { useKnown } from "@lib/known";
import { useAgents } from "@lib/directory";
import { KINDS, POSTS, putMember, putUnit, removeMember, type Member, type Unit, type UnitForm } from "./api";
import { pathOf, rows, type Placed } from "./tree";
import { MATTERS } from "./words";

export const placed = (unit: Unit): Unit & Placed => ({ ...unit, retired: unit.retired_at !== null });

export function UnitDialog({ unit, parent, units, onClose, onDone }: { unit: Unit | null; parent: string | null; units: Unit[]; onClose: () => void; onDone?: (id: string) => void }) {
  const { t } = useTranslation("departments");
  const matter = useKnown("matter");
  const [form, setForm] = useState<UnitForm>(() => {
    const above = units.find((other) => other.id === parent);
    if (unit) return { parent: unit.parent, kind: unit.kind, code: unit.code, name: unit.name, external: unit.external, duties: unit.duties, areas: unit.areas, phone: unit.phone };
    return { parent, kind: above ? (above.kind === "branch" ? "department" : "team") : "branch", code: "", name: "", external: false, duties: [], areas: [], phone: null };
  });
  const set = (change: Partial<UnitForm>) => setForm((was) => ({ ...was, ...change }));
  const all = units.map(placed);
  const inside = (id: string) => unit !== null && pathOf(all, id).some((above) => above.id === unit.id);
  const above = rows(all).filter((row) => !inside(row.unit.id));
  const save = async () => {
    const id = await putUnit({ ...form, phone: form.phone?.trim() || null }, unit);
    onDone?.(id);
  };
  return (
    <EditDialog title={unit ? unit.name : t("unit.add")} width={600} ready={form.name.trim() !== "" && form.code.trim() !== ""} onClose={onClose} onSave={save}>
      <Field label={t("unit.name")} htmlFor="u-name" required>
        <Input id="u-name" value={form.name} maxLength={60} onChange={(event) => set({ name: event.target.value })} />
      </Field>
      <div className="unit-two">
        <Field label={t("unit.code")} htmlFor="u-code" required help={t("unit.code_help")}>
          <Input id="u-code" value={form.code} maxLength={20} onChange={(event) => set({ code: event.target.value })} />
        </Field>
        <Field label={t("unit.phone")} htmlFor="u-phone" help={t("unit.phone_help")}>
          <Input id="u-phone" value={form.phone ?? ""} maxLength={32} inputMode="tel" onChange={(event) => set({ phone: event.target.value })} />
        </Field>
      </div>
      <Field label={t("unit.kind")}>
        <Choose label={t("unit.kind")} value={form.kind} onChoose={(kind) => set({ kind })} items={KINDS.map((key) => ({ key, label: t(`kind.${key}`) }))} />
      </Field>
      <Field label={t("unit.parent")} htmlFor="u-parent" help={t("unit.parent_help")}>
        <Select id="u-parent" allowClear showSearch={{ optionFilterProp: "label" }} value={form.parent} placeholder={t("unit.top")} options={above.map(({ unit: other, level }) => ({ value: other.id, label: `${"\u3000".repeat(level)}${other.name}` }))} onChange={(next: string | undefined) => set({ parent: next ?? null })} />
      </Field>
      <Field label={t("unit.duties")} htmlFor="u-duties" help={t("unit.duties_help")}>
        <Select id="u-duties" mode="tags" value={form.duties} tokenSeparators={[",", "，", "、"]} optionFilterProp="label" options={MATTERS.map((word) => ({ value: word, label: matter(word) }))} onChange={(duties: string[]) => set({ duties })} />
      </Field>
      <Field label={t("unit.areas")} htmlFor="u-areas" help={t("unit.areas_help")}>
        <Select id="u-areas" mode="tags" value={form.areas} tokenSeparators={[",", "，", "、"]} options={[...new Set(units.flatMap((other) => other.areas))].map((area) => ({ value: area, label: area }))} onChange={(areas: string[]) => set({ areas })} />
      </Field>
      <Checkbox checked={form.external} onChange={(event) => set({ external: event.target.checked })}>
        {t("unit.external_help")}
      </Checkbox>
    </EditDialog>
  );
}

export function MemberDialog({ unit, member, taken, onClose }: { unit: Unit; member: Member | null; taken: string[]; onClose: () => void }) {
  const { t } = useTranslation("departments");
  const people = useAgents();
  const [person, setPerson] = useState(member?.person ?? null);
  const [post, setPost] = useState(member?.post ?? "handler");
  const [phone, setPhone] = useState(member?.phone ?? "");
  const free = people.all.filter((one) => one.id === member?.person || !taken.includes(one.id));
  return (
    <EditDialog
      title={member ? (people.name(member.person) ?? "") : t("member.add_to", { unit: unit.name })}
      ready={person !== null}
      onClose={onClose}
      onSave={() => putMember(unit.id, person ?? "", { post, phone: phone.trim() || null })}
      remove={member !== null && { label: t("member.remove"), run: () => removeMember(unit.id, member.person) }}
    >
      {member === null && (
        <Field label={t("member.person")} htmlFor="m-person" required>
          <Select id="m-person" showSearch={{ optionFilterProp: "label" }} value={person} placeholder={t("member.person_hint")} options={free.map((one) => ({ value: one.id, label: people.name(one.id) }))} onChange={(next: string) => setPerson(next)} />
        </Field>
      )}
      <Field label={t("member.post")} help={t(`post_help.${post}`)}>
        <Choose label={t("member.post")} value={post} onChoose={setPost} items={POSTS.map((key) => ({ key, label: t(`post.${key}`) }))} />
      </Field>
      <Field label={t("member.phone")} htmlFor="m-phone" help={t("member.phone_help")}>
        <Input id="m-phone" value={phone} maxLength={32} inputMode="tel" onChange={(event) => setPhone(event.target.value)} />
      </Field>
      {member !== null && <p className="muted">{t("member.remove_help")}</p>}
    </EditDialog>
  );
}
