// Somebody new is registered: a name, a number to call back, and, when it is known, the account and the address.
import { Input, Segmented, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "@kit";
import { EditDialog } from "@kit/dialog";
import type { CustomerClass, CustomerKind, CustomerUtility } from "@lib/customer";
import { CLASSES, register, UTILITIES } from "./api";

export function RegisterDialog({ number = "", onClose, onDone }: { number?: string; onClose: () => void; onDone?: (id: string) => void }) {
  const { t } = useTranslation("customers");
  const [kind, setKind] = useState<CustomerKind>("person");
  const [name, setName] = useState("");
  const [phone, setPhone] = useState(number);
  const [account, setAccount] = useState("");
  const [address, setAddress] = useState("");
  const [utility, setUtility] = useState<CustomerUtility>("gas");
  const [kindOf, setKindOf] = useState<CustomerClass>("residential");
  const [meter, setMeter] = useState("");
  const withAccount = account.trim() !== "" || address.trim() !== "" || meter.trim() !== "";
  const ready = name.trim() !== "" && (!withAccount || (account.trim() !== "" && address.trim() !== ""));
  return (
    <EditDialog
      title={t("register")}
      width={640}
      ready={ready}
      saved={t("registered")}
      onClose={onClose}
      onSave={async () => {
        const made = await register({
          kind,
          name,
          numbers: phone.trim() ? [phone.trim()] : [],
          ...(withAccount
            ? { account: { number: account, utility, class: kindOf, address, ...(meter.trim() ? { meter: { number: meter, kind: "", installed_year: null } } : {}) } }
            : {}),
        });
        onDone?.(made.id);
      }}
    >
      <Field label={t("kind.label")}>
        <Segmented value={kind} onChange={(next) => setKind(next as CustomerKind)} options={(["person", "organisation"] as const).map((value) => ({ value, label: t(`kind.${value}`) }))} />
      </Field>
      <div className="form-grid">
        <Field label={t("name")} htmlFor="c-name" required>
          <Input id="c-name" autoFocus maxLength={80} value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label={t("number")} htmlFor="c-number" help={t("number_help")}>
          <Input id="c-number" inputMode="tel" maxLength={24} value={phone} onChange={(event) => setPhone(event.target.value)} />
        </Field>
      </div>
      <div className="form-grid">
        <Field label={t("account_number")} htmlFor="c-account" required={withAccount} help={t("account_help")}>
          <Input id="c-account" maxLength={32} value={account} onChange={(event) => setAccount(event.target.value)} />
        </Field>
        <Field label={t("utility.label")} htmlFor="c-utility">
          <Select id="c-utility" value={utility} onChange={setUtility} options={UTILITIES.map((value) => ({ value, label: t(`utility.${value}`) }))} />
        </Field>
        <Field label={t("class.label")} htmlFor="c-class">
          <Select id="c-class" value={kindOf} onChange={setKindOf} options={CLASSES.map((value) => ({ value, label: t(`class.${value}`) }))} />
        </Field>
        <Field label={t("meter_number")} htmlFor="c-meter">
          <Input id="c-meter" maxLength={32} value={meter} onChange={(event) => setMeter(event.target.value)} />
        </Field>
      </div>
      <Field label={t("address")} htmlFor="c-address" required={withAccount} help={t("address_help")}>
        <Input id="c-address" maxLength={120} value={address} onChange={(event) => setAddress(event.target.value)} />
      </Field>
    </EditDialog>
  );
}
