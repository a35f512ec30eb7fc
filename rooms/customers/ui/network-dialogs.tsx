// What is done to a part of the network, one dialog each; every one asks why.
import { Input, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Field, Notice } from "@kit";
import { EditDialog } from "@kit/dialog";
import { actOn, addElement, kindsBelow, type Element, type ElementKind, type ElementView } from "./network";
import { ElementSelect } from "./network-words";

function Reason({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useTranslation("customers");
  return (
    <Field label={t("network.reason")} htmlFor="n-reason" required help={t("network.reason_help")}>
      <Input id="n-reason" maxLength={200} value={value} onChange={(event) => onChange(event.target.value)} />
    </Field>
  );
}

export function AddDialog({ above, onClose, onDone }: { above: Element | null; onClose: () => void; onDone: (id: string) => void }) {
  const { t } = useTranslation("customers");
  const kinds = kindsBelow(above?.kind ?? null);
  const [kind, setKind] = useState<ElementKind>(kinds[0] ?? "substation");
  const [code, setCode] = useState("");
  const [name, setName] = useState("");
  return (
    <EditDialog
      title={above ? t("network.add_below", { name: above.name }) : t("network.add")}
      ready={code.trim() !== "" && name.trim() !== ""}
      onClose={onClose}
      onSave={() => addElement({ kind, code, name, parent: above?.id ?? null }).then((made) => onDone(made.id))}
    >
      <Field label={t("column.element_kind")} htmlFor="n-kind" required>
        <Select id="n-kind" value={kind} onChange={setKind} options={kinds.map((value) => ({ value, label: t(`network.kind.${value}`) }))} />
      </Field>
      <Field label={t("column.element")} htmlFor="n-code" required help={t("network.code_help")}>
        <Input id="n-code" maxLength={64} value={code} onChange={(event) => setCode(event.target.value)} />
      </Field>
      <Field label={t("column.element_name")} htmlFor="n-name" required>
        <Input id="n-name" maxLength={80} value={name} onChange={(event) => setName(event.target.value)} />
      </Field>
    </EditDialog>
  );
}

interface Props {
  element: ElementView;
  onClose: () => void;
}

export function ChangeDialog({ element, onClose }: Props) {
  const { t } = useTranslation("customers");
  const [code, setCode] = useState(element.code);
  const [name, setName] = useState(element.name);
  const [reason, setReason] = useState("");
  return (
    <EditDialog title={t("edit")} ready={code.trim() !== "" && name.trim() !== "" && reason.trim() !== ""} onClose={onClose} onSave={() => actOn(element, { act: "change", code, name, reason })}>
      <Field label={t("column.element")} htmlFor="n-code" required help={t("network.code_help")}>
        <Input id="n-code" maxLength={64} value={code} onChange={(event) => setCode(event.target.value)} />
      </Field>
      <Field label={t("column.element_name")} htmlFor="n-name" required>
        <Input id="n-name" maxLength={80} value={name} onChange={(event) => setName(event.target.value)} />
      </Field>
      <Reason value={reason} onChange={setReason} />
    </EditDialog>
  );
}

export function MoveDialog({ element, onClose }: Props) {
  const { t } = useTranslation("customers");
  const [to, setTo] = useState<Element | null>(null);
  const [reason, setReason] = useState("");
  return (
    <EditDialog title={t("network.move")} ready={to !== null && reason.trim() !== ""} onClose={onClose} onSave={() => actOn(element, { act: "move", to: to?.id ?? null, reason })}>
      <Notice tone="wrap" title={t("network.move_what", { all: element.below.all })} />
      <Field label={t("network.move_to")} htmlFor="n-to" required>
        <ElementSelect id="n-to" value={to} onChange={setTo} fits={(one) => one.id !== element.id && kindsBelow(one.kind).includes(element.kind)} />
      </Field>
      <Reason value={reason} onChange={setReason} />
    </EditDialog>
  );
}

export function RetireDialog({ element, onClose }: Props) {
  const { t } = useTranslation("customers");
  const [successor, setSuccessor] = useState<Element | null>(null);
  const [reason, setReason] = useState("");
  const supplies = element.elements + element.points > 0;
  return (
    <EditDialog dangerous title={t("network.retire")} save={t("network.retire")} ready={(!supplies || successor !== null) && reason.trim() !== ""} onClose={onClose} onSave={() => actOn(element, { act: "retire", successor: successor?.id ?? null, reason })}>
      {supplies && (
        <>
          <Notice tone="wrap" title={t("network.retire_what", { elements: element.elements, points: element.points })} />
          <Field label={t("network.successor")} htmlFor="n-next" required help={t("network.successor_help")}>
            <ElementSelect id="n-next" value={successor} onChange={setSuccessor} fits={(one) => one.id !== element.id && one.kind === element.kind} />
          </Field>
        </>
      )}
      <Reason value={reason} onChange={setReason} />
    </EditDialog>
  );
}

export function RestoreDialog({ element, onClose }: Props) {
  const { t } = useTranslation("customers");
  const [reason, setReason] = useState("");
  return (
    <EditDialog title={t("network.restore")} save={t("network.restore")} ready={reason.trim() !== ""} onClose={onClose} onSave={() => actOn(element, { act: "restore", reason })}>
      <Reason value={reason} onChange={setReason} />
    </EditDialog>
  );
}
