// What is done to a customer, one dialog each. What is masked is not shown for editing: an empty field leaves it as it is.
import { Checkbox, Input, InputNumber, Segmented, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "@kit";
import { EditDialog } from "@kit/dialog";
import type { CustomerAccount, CustomerClass, CustomerContact, CustomerFlag, CustomerKind, CustomerRow, CustomerUtility } from "@lib/customer";
import { api } from "@lib/api";
import { act, CLASSES, FLAGS, merge, split, unmask, useCustomers, UTILITIES, type WholeCustomer } from "./api";

interface Props {
  customer: WholeCustomer;
  onClose: () => void;
}

/** Something that is hidden stays out of the form. */
const shown = (text: string) => (text.includes("*") ? "" : text);

export function NameDialog({ customer, onClose }: Props) {
  const { t } = useTranslation("customers");
  const [name, setName] = useState(shown(customer.name));
  const [kind, setKind] = useState<CustomerKind>(customer.kind);
  return (
    <EditDialog title={t("edit")} onClose={onClose} onSave={() => act(customer, { act: "rename", kind, ...(name.trim() ? { name } : {}) })}>
      <Field label={t("kind.label")}>
        <Segmented value={kind} onChange={(next) => setKind(next as CustomerKind)} options={(["person", "organisation"] as const).map((value) => ({ value, label: t(`kind.${value}`) }))} />
      </Field>
      <Field label={t("name")} htmlFor="e-name" help={customer.masked ? t("keep_masked") : undefined}>
        <Input id="e-name" maxLength={80} value={name} placeholder={customer.name} onChange={(event) => setName(event.target.value)} />
      </Field>
    </EditDialog>
  );
}

export function ContactDialog({ customer, contact, onClose }: Props & { contact: CustomerContact | null }) {
  const { t } = useTranslation("customers");
  const [number, setNumber] = useState(contact ? shown(contact.number) : "");
  const [label, setLabel] = useState(contact?.label ?? "");
  const [preferred, setPreferred] = useState(contact?.preferred ?? customer.contacts.length === 0);
  return (
    <EditDialog
      title={contact ? t("edit_contact") : t("add_contact")}
      ready={contact !== null || number.trim() !== ""}
      onClose={onClose}
      onSave={() => act(customer, { act: "put_contact", ...(contact ? { contact: contact.id } : {}), ...(number.trim() && number !== contact?.number ? { number } : {}), label, preferred })}
      remove={contact ? { label: t("remove_contact"), run: () => act(customer, { act: "remove_contact", contact: contact.id }) } : false}
    >
      <Field label={t("number")} htmlFor="e-number" required={!contact} help={contact && customer.masked ? t("keep_masked") : t("number_help")}>
        <Input id="e-number" inputMode="tel" maxLength={24} value={number} placeholder={contact?.number} onChange={(event) => setNumber(event.target.value)} />
      </Field>
      <Field label={t("contact_label")} htmlFor="e-label" help={t("contact_label_help")}>
        <Input id="e-label" maxLength={40} value={label} onChange={(event) => setLabel(event.target.value)} />
      </Field>
      <Checkbox checked={preferred} disabled={contact?.preferred} onChange={(event) => setPreferred(event.target.checked)}>
        {t("preferred_help")}
      </Checkbox>
    </EditDialog>
  );
}

export function AccountDialog({ customer, account, onClose }: Props & { account: CustomerAccount | null }) {
  const { t } = useTranslation("customers");
  const hung = account?.meters.find((meter) => !meter.removed_at);
  const [number, setNumber] = useState(account?.number ?? "");
  const [utility, setUtility] = useState<CustomerUtility>(account?.utility ?? "gas");
  const [kindOf, setKindOf] = useState<CustomerClass>(account?.class ?? "residential");
  const [address, setAddress] = useState(account ? shown(account.address) : "");
  const [meter, setMeter] = useState(hung?.number ?? "");
  const [meterKind, setMeterKind] = useState(hung?.kind ?? "");
  const [year, setYear] = useState<number | null>(hung?.installed_year ?? null);
  const hangs = meter.trim() !== "" && (meter !== hung?.number || meterKind !== hung.kind || year !== hung.installed_year);
  return (
    <EditDialog
      title={account ? t("edit_account") : t("add_account")}
      width={640}
      ready={number.trim() !== "" && (account !== null || address.trim() !== "")}
      onClose={onClose}
      onSave={() =>
        act(customer, {
          act: "put_account",
          ...(account ? { account: account.id } : {}),
          number,
          utility,
          class: kindOf,
          ...(address.trim() && address !== account?.address ? { address } : {}),
          ...(hangs ? { meter: { number: meter, kind: meterKind, installed_year: year } } : {}),
        })
      }
    >
      <div className="form-grid">
        <Field label={t("account_number")} htmlFor="e-account" required>
          <Input id="e-account" maxLength={32} value={number} onChange={(event) => setNumber(event.target.value)} />
        </Field>
        <Field label={t("utility.label")} htmlFor="e-utility">
          <Select id="e-utility" value={utility} onChange={setUtility} options={UTILITIES.map((value) => ({ value, label: t(`utility.${value}`) }))} />
        </Field>
        <Field label={t("class.label")} htmlFor="e-class">
          <Select id="e-class" value={kindOf} onChange={setKindOf} options={CLASSES.map((value) => ({ value, label: t(`class.${value}`) }))} />
        </Field>
      </div>
      <Field label={t("address")} htmlFor="e-address" required={!account} help={account && customer.masked ? t("keep_masked") : t("address_help")}>
        <Input id="e-address" maxLength={120} value={address} placeholder={account?.address} onChange={(event) => setAddress(event.target.value)} />
      </Field>
      <div className="form-grid">
        <Field label={t("meter_number")} htmlFor="e-meter" help={t("meter_help")}>
          <Input id="e-meter" maxLength={32} value={meter} onChange={(event) => setMeter(event.target.value)} />
        </Field>
        <Field label={t("meter_kind")} htmlFor="e-meter-kind">
          <Input id="e-meter-kind" maxLength={40} value={meterKind} onChange={(event) => setMeterKind(event.target.value)} />
        </Field>
        <Field label={t("installed_year")} htmlFor="e-year">
          <InputNumber id="e-year" min={1900} max={2100} precision={0} changeOnWheel={false} value={year} onChange={setYear} style={{ width: "100%" }} />
        </Field>
      </div>
    </EditDialog>
  );
}

export function CloseAccountDialog({ customer, account, onClose }: Props & { account: CustomerAccount }) {
  const { t } = useTranslation("customers");
  return (
    <EditDialog title={t("close.title", { number: account.number })} dangerous save={t("close_account")} onClose={onClose} onSave={() => act(customer, { act: "close_account", account: account.id })}>
      <p>{t("close.consequence")}</p>
    </EditDialog>
  );
}

export function FlagDialog({ customer, onClose }: Props) {
  const { t } = useTranslation("customers");
  const [flag, setFlag] = useState<CustomerFlag>("elderly");
  const [reason, setReason] = useState("");
  const set = customer.flags.some((one) => one.flag === flag);
  return (
    <EditDialog title={t("flags")} ready={reason.trim() !== ""} save={set ? t("clear_flag") : t("set_flag")} onClose={onClose} onSave={() => act(customer, { act: set ? "clear_flag" : "set_flag", flag, reason })}>
      <Field label={t("flags")} htmlFor="e-flag" help={t(`flag_help.${flag}`)}>
        <Select id="e-flag" value={flag} onChange={setFlag} options={FLAGS.map((value) => ({ value, label: t(`flag.${value}`) }))} />
      </Field>
      <Field label={t("reason")} htmlFor="e-reason" required help={t("reason_help")}>
        <Input.TextArea id="e-reason" rows={2} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
      </Field>
    </EditDialog>
  );
}

export function NoteDialog({ customer, onClose }: Props) {
  const { t } = useTranslation("customers");
  const [text, setText] = useState("");
  return (
    <EditDialog title={t("note.title")} ready={text.trim() !== ""} onClose={onClose} onSave={() => act(customer, { act: "note", text })}>
      <Field label={t("note.text")} htmlFor="e-note" required help={t("note.help")}>
        <Input.TextArea id="e-note" rows={4} maxLength={500} autoFocus value={text} onChange={(event) => setText(event.target.value)} />
      </Field>
    </EditDialog>
  );
}

export function ArchiveDialog({ customer, onClose }: Props) {
  const { t } = useTranslation("customers");
  const [reason, setReason] = useState("");
  return (
    <EditDialog title={t("archive.title")} dangerous save={t("archive.title")} ready={reason.trim() !== ""} onClose={onClose} onSave={() => act(customer, { act: "archive", reason })}>
      <p>{t("archive.consequence")}</p>
      <Field label={t("reason")} htmlFor="e-reason" required>
        <Input id="e-reason" maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
      </Field>
    </EditDialog>
  );
}

/** Finds the other record, masked, by what people know of it. */
export function MergeDialog({ customer, onClose }: Props) {
  const { t } = useTranslation("customers");
  const [text, setText] = useState("");
  const [other, setOther] = useState<string | null>(null);
  const found = useCustomers({ text }, text.trim().length > 1);
  const rows = (text.trim().length > 1 ? (found.data?.items ?? []) : []).filter((row) => row.id !== customer.id);
  const label = (row: CustomerRow) => [row.name, row.account, row.number, row.address].filter(Boolean).join(" · ");
  return (
    <EditDialog
      title={t("merge.title")}
      width={640}
      ready={other !== null}
      save={t("merge.do")}
      dangerous
      onClose={onClose}
      onSave={async () => {
        if (other) await merge(customer, await api.get<WholeCustomer>(`/api/customers/${encodeURIComponent(other)}`));
      }}
    >
      <p>{t("merge.consequence", { name: customer.name })}</p>
      <Field label={t("merge.other")} htmlFor="e-other" required help={text.trim().length > 1 ? (rows.length === 0 && !found.isPending ? t("none_found") : undefined) : t("merge.type")}>
        <Select id="e-other" showSearch={{ filterOption: false, onSearch: setText }} value={other} onChange={setOther} placeholder={t("filter_text")} notFoundContent={null} options={rows.map((row) => ({ value: row.id, label: label(row) }))} />
      </Field>
    </EditDialog>
  );
}

export function SplitDialog({ customer, onClose }: Props) {
  const { t } = useTranslation("customers");
  const [name, setName] = useState("");
  const [kind, setKind] = useState<CustomerKind>("person");
  const [accounts, setAccounts] = useState<string[]>([]);
  const [contacts, setContacts] = useState<string[]>([]);
  return (
    <EditDialog
      title={t("split.title")}
      width={600}
      dangerous
      ready={name.trim() !== "" && accounts.length + contacts.length > 0}
      save={t("split.do")}
      onClose={onClose}
      onSave={() => split(customer, { kind, name, accounts, contacts })}
    >
      <p>{t("split.consequence")}</p>
      <Field label={t("kind.label")}>
        <Segmented value={kind} onChange={(next) => setKind(next as CustomerKind)} options={(["person", "organisation"] as const).map((value) => ({ value, label: t(`kind.${value}`) }))} />
      </Field>
      <Field label={t("split.name")} htmlFor="e-split" required>
        <Input id="e-split" maxLength={80} value={name} onChange={(event) => setName(event.target.value)} />
      </Field>
      <Field label={t("accounts")}>
        <Checkbox.Group style={{ display: "grid" }} value={accounts} onChange={setAccounts} options={customer.accounts.map((one) => ({ value: one.id, label: `${one.number} ${one.address}` }))} />
      </Field>
      <Field label={t("contacts")}>
        <Checkbox.Group style={{ display: "grid" }} value={contacts} onChange={setContacts} options={customer.contacts.map((one) => ({ value: one.id, label: `${one.number} ${one.label}` }))} />
      </Field>
    </EditDialog>
  );
}

export function UnmaskDialog({ id, onClose, onSeen }: { id: string; onClose: () => void; onSeen: (whole: WholeCustomer) => void }) {
  const { t } = useTranslation("customers");
  const [reason, setReason] = useState("");
  return (
    <EditDialog title={t("unmask.title")} save={t("unmask.do")} saved={t("unmask.done")} ready={reason.trim() !== ""} onClose={onClose} onSave={async () => onSeen(await unmask(id, reason))}>
      <p>{t("unmask.consequence")}</p>
      <Field label={t("reason")} htmlFor="e-reason" required help={t("unmask.help")}>
        <Input id="e-reason" maxLength={500} autoFocus value={reason} onChange={(event) => setReason(event.target.value)} />
      </Field>
    </EditDialog>
  );
}
