// One act of the committee: what it asks for, what follows from it.
import { Input, Select, TreeSelect } from "antd";
import { useId, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Choose, Field } from "@kit";
import { EditDialog } from "@kit/dialog";
import { useAgents, useUnits, type UnitName } from "@lib/directory";
import { doAct, type Case, type Verb } from "./api";
import { actOf, asksOf, beginning, isReady, type Answers, type Ask } from "./asks";

interface Node {
  value: string;
  title: string;
  disabled: boolean;
  children: Node[];
}
/** The organisation as a tree; units that it is about, and what stands below them, cannot be chosen. */
export function unitTree(units: UnitName[], without: string[]): Node[] {
  const below = (parent: string | null, barred: boolean): Node[] =>
    units
      .filter((unit) => !unit.retired && unit.parent === parent)
      .map((unit) => {
        const disabled = barred || without.includes(unit.id);
        return { value: unit.id, title: unit.name, disabled, children: below(unit.id, disabled) };
      });
  return below(null, false);
}

function Answer({ ask, of, value, first, onChange }: { ask: Ask; of: Case; value: Answers[string]; first: boolean; onChange: (answer: Answers[string]) => void }) {
  const { t } = useTranslation("complaints");
  const id = useId();
  const agents = useAgents();
  const units = useUnits();
  const tree = useMemo(() => unitTree(units.all, ask.kind === "unit" ? of.units : []), [units.all, ask.kind, of.units]);
  const label = t(`ask.${ask.key}` as "ask.why");
  const help = t(`help.${ask.key}`, { defaultValue: "" }) || undefined;
  const body = () => {
    switch (ask.kind) {
      case "text":
        return <Input.TextArea id={id} autoFocus={first} value={typeof value === "string" ? value : ""} maxLength={ask.most} autoSize={{ minRows: 2, maxRows: 8 }} onChange={(event) => onChange(event.target.value)} />;
      case "exhibit":
        return (
          <span className="stack">
            <Input.TextArea id={id} autoFocus={first} value={typeof value === "string" ? value : ""} maxLength={2000} autoSize={{ minRows: 3, maxRows: 8 }} onChange={(event) => onChange(event.target.value)} />
            {of.order_facts.attachments.length > 0 && (
              <span className="row tight wrap">
                <span className="muted">{t("exhibit.files")}</span>
                {of.order_facts.attachments.map((file) => (
                  <button key={file.id} type="button" className="linkish" aria-pressed={value === file.id} onClick={() => onChange(file.id)}>
                    {file.name}
                  </button>
                ))}
              </span>
            )}
          </span>
        );
      case "choice":
        return ask.options.length > 4 ? (
          <Select id={id} aria-label={label} style={{ width: "100%" }} value={typeof value === "string" ? value : null} onChange={(next: string) => onChange(next)} options={ask.options.map((key) => ({ value: key, label: t(`${ask.words}.${key}` as "level.major") }))} />
        ) : (
          <Choose label={label} value={typeof value === "string" ? value : null} onChoose={onChange} items={ask.options.map((key) => ({ key, label: t(`${ask.words}.${key}` as "level.major") }))} />
        );
      case "unit":
        return <TreeSelect id={id} aria-label={label} treeData={tree} treeDefaultExpandAll treeNodeFilterProp="title" showSearch style={{ width: "100%" }} styles={{ popup: { root: { maxHeight: 320, overflow: "auto" } } }} value={typeof value === "string" ? value : undefined} onChange={(unit: string | undefined) => onChange(unit ?? null)} />;
      case "units":
        return <TreeSelect id={id} aria-label={label} treeData={tree} multiple treeDefaultExpandAll treeNodeFilterProp="title" showSearch style={{ width: "100%" }} styles={{ popup: { root: { maxHeight: 320, overflow: "auto" } } }} value={Array.isArray(value) ? value : []} onChange={(chosen: string[]) => onChange(chosen)} />;
      case "persons":
        return <Select id={id} aria-label={label} mode="multiple" showSearch={{ optionFilterProp: "label" }} style={{ width: "100%" }} value={Array.isArray(value) ? value : []} onChange={(chosen: string[]) => onChange(chosen)} options={agents.all.map((one) => ({ value: one.id, label: agents.name(one.id) }))} />;
    }
  };
  const grouped = ask.kind === "choice" && ask.options.length <= 4;
  return (
    <Field label={label} {...(grouped ? {} : { htmlFor: id })} required={ask.required ?? false} help={help}>
      {body()}
    </Field>
  );
}

export function ActDialog({ verb, of, onClose }: { verb: Verb; of: Case; onClose: () => void }) {
  const { t } = useTranslation("complaints");
  const asks = asksOf(verb);
  const [answers, setAnswers] = useState<Answers>(() => beginning(verb, of));
  const label = t(`act.${verb}`);
  return (
    <EditDialog title={`${label} · ${of.number}`} width={560} save={label} saved={t("done", { act: label })} ready={isReady(verb, answers)} onClose={onClose} onSave={() => doAct(of, actOf(verb, answers))}>
      <p className="soft">{t(`consequence.${verb}`)}</p>
      {asks.map((ask, at) => (
        <Answer key={ask.key} ask={ask} of={of} first={at === 0} value={answers[ask.key] ?? null} onChange={(answer) => setAnswers((now) => ({ ...now, [ask.key]: answer }))} />
      ))}
    </EditDialog>
  );
}
