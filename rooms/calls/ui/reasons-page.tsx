// The reasons for not being ready: what they are called, whether they are a pause, and for how long, how often and by how many at
// a time agents may be away.
import { Button, Input, InputNumber, Radio } from "antd";
import { Coffee, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty, Field, groupOf, lookOf, Mark, Page, Panel, Table, Trouble, useDeskWords } from "@kit";
import { EditDialog } from "@kit/dialog";
import { BUILT_IN, choosable, putReason, useLearnReasons, type Reason, type Reasons } from "@lib/reasons";
import { asCode, fault, NEW_REASON, type Fault } from "./reasons";

function Limit({ id, label, unit, help, value, least, most, wrong, onChange }: { id: string; label: string; unit: string; help: string; value: number | null; least: number; most: number; wrong: string | undefined; onChange: (value: number | null) => void }) {
  const { t } = useTranslation("calls");
  return (
    <Field label={label} htmlFor={id} help={help} fault={wrong}>
      <span className="row tight">
        <InputNumber id={id} value={value} precision={0} placeholder={t("reason.no_limit")} style={{ width: 130 }} changeOnWheel={false} status={wrong ? "error" : ""} onChange={onChange} aria-label={`${label}，${least}–${most}`} />
        <span className="muted">{unit}</span>
      </span>
    </Field>
  );
}

function ReasonDialog({ code, reasons, onClose }: { code: string | null; reasons: Reasons; onClose: () => void }) {
  const { t } = useTranslation("calls");
  const words = useDeskWords();
  const [name, setName] = useState(code ?? "");
  const [form, setForm] = useState<Reason>((code !== null && reasons[code]) || NEW_REASON);
  const set = (next: Partial<Reason>) => setForm({ ...form, ...next });
  const faults = fault(name, form, code === null ? Object.keys(reasons) : []);
  const said = (field: Fault["field"]) => {
    const found = faults.find((one) => one.field === field);
    // What is still empty is marked as needed, and is no fault yet.
    return found && found.why !== "missing" ? t(`reason.fault.${found.why}`, { least: found.least ?? 0, most: found.most ?? 0 }) : undefined;
  };
  const builtIn = code !== null && code in BUILT_IN;
  return (
    <EditDialog
      title={code === null ? t("reason.add") : t("reason.change", { name: words.reason(code) })}
      onClose={onClose}
      ready={faults.length === 0}
      onSave={() => putReason(name, form)}
      remove={code !== null && { label: t(builtIn ? "reason.reset" : "reason.remove"), run: () => putReason(code, null) }}
    >
      {code === null && (
        <Field label={t("reason.code")} htmlFor="n-code" required help={t("reason.help.code")} fault={said("code")}>
          <Input id="n-code" value={name} maxLength={40} autoFocus onChange={(event) => setName(asCode(event.target.value))} />
        </Field>
      )}
      <Field label={t("reason.zh")} htmlFor="n-zh" required={!builtIn} help={builtIn ? t("reason.help.built_in", { name: words.builtIn(name) }) : t("reason.help.zh")} fault={said("zh")}>
        <Input id="n-zh" value={form.zh ?? ""} maxLength={20} placeholder={builtIn ? words.builtIn(name) : undefined} onChange={(event) => set({ zh: event.target.value })} />
      </Field>
      <Field label={t("reason.en")} htmlFor="n-en" help={t("reason.help.en")}>
        <Input id="n-en" value={form.en ?? ""} maxLength={20} onChange={(event) => set({ en: event.target.value })} />
      </Field>
      <Field label={t("reason.counts")} help={t("reason.help.counts")}>
        <Radio.Group aria-label={t("reason.counts")} value={form.pause} onChange={(event) => set({ pause: Boolean(event.target.value) })} options={[{ value: true, label: t("reason.pause") }, { value: false, label: t("reason.busy") }]} />
      </Field>
      <Limit id="n-minutes" label={t("reason.minutes")} unit={t("reason.unit.minutes")} help={t("reason.help.minutes")} least={1} most={600} value={form.minutes} wrong={said("minutes")} onChange={(minutes) => set({ minutes })} />
      <Limit id="n-spells" label={t("reason.spells")} unit={t("reason.unit.spells")} help={t("reason.help.spells")} least={0} most={100} value={form.spells} wrong={said("spells")} onChange={(spells) => set({ spells })} />
      <Limit id="n-share" label={t("reason.share")} unit="%" help={t("reason.help.share")} least={0} most={100} value={form.share_percent} wrong={said("share_percent")} onChange={(share_percent) => set({ share_percent })} />
    </EditDialog>
  );
}

export default function ReasonsPage() {
  const { t } = useTranslation("calls");
  const words = useDeskWords();
  const asked = useLearnReasons();
  const [open, setOpen] = useState<{ code: string | null } | null>(null);
  const reasons = asked.data;
  const add = (
    <Button type="primary" disabled={!reasons} onClick={() => setOpen({ code: null })} icon={<Plus size={16} aria-hidden />}>
      {t("reason.add")}
    </Button>
  );
  const limit = (value: number | null | undefined, unit: string) => (value === null || value === undefined ? <span className="muted">{t("reason.no_limit")}</span> : <span className="nowrap">{value} {unit}</span>);
  const look = (code: string) => {
    const group = groupOf({ state: "not_ready", reason: code });
    return lookOf(group, code);
  };
  return (
    <Page title={t("reason.title")} lead={t("reason.lead")} actions={add}>
      <Panel flush label={t("reason.title")}>
        {asked.isError && !reasons ? (
          <Trouble error={asked.error} retry={() => void asked.refetch()} />
        ) : (
          <Table
            label={t("reason.title")}
            rows={reasons && choosable(reasons)}
            rowKey={(code) => code}
            onOpen={(code) => setOpen({ code })}
            expect={7}
            columns={[
              { key: "name", title: t("reason.name"), cell: (code) => <button type="button" className="linkish strong" onClick={() => setOpen({ code })}>{words.reason(code)}</button> },
              { key: "counts", title: t("reason.counts"), cell: (code) => <Mark tone={look(code).tone} icon={look(code).icon}>{t(reasons?.[code]?.pause ? "reason.pause" : "reason.busy")}</Mark> },
              { key: "minutes", title: t("reason.minutes"), cell: (code) => limit(reasons?.[code]?.minutes, t("reason.unit.minutes")) },
              { key: "spells", title: t("reason.spells"), cell: (code) => limit(reasons?.[code]?.spells, t("reason.unit.spells")) },
              { key: "share", title: t("reason.share"), cell: (code) => limit(reasons?.[code]?.share_percent, "%") },
              { key: "code", title: t("reason.code"), cell: (code) => <code className="muted">{code}</code> },
            ]}
            empty={
              <Empty icon={Coffee} title={t("reason.none")} action={add}>
                {t("reason.none_todo")}
              </Empty>
            }
          />
        )}
      </Panel>
      {open && reasons && <ReasonDialog key={open.code ?? ""} code={open.code} reasons={reasons} onClose={() => setOpen(null)} />}
    </Page>
  );
}
