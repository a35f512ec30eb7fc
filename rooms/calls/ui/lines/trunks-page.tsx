// The trunks: where calls come in, whom the centre registers with, and how many calls at a time.
import { Button, Checkbox, Input, Select } from "antd";
import { Network, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty, Field, Page, Panel, Table, Trouble } from "@kit";
import { EditDialog } from "@kit/dialog";
import { count } from "@lib/format";
import { NEW_TRUNK, putTrunk, useLines, type KeptTrunk, type Trunk } from "./api";
import { asName, InUse, NumberField, Tabs } from "./parts";

function TrunkDialog({ kept, onClose }: { kept: KeptTrunk | null; onClose: () => void }) {
  const { t } = useTranslation("calls");
  const [trunk, setTrunk] = useState<Trunk>(kept?.trunk ?? NEW_TRUNK);
  const set = (change: Partial<Trunk>) => setTrunk((was) => ({ ...was, ...change }));
  const text = (key: "register" | "username" | "out" | "caller_id", placeholder?: string) => (
    <Field label={t(`trunk.${key}`)} htmlFor={`t-${key}`} help={t(`trunk.help.${key}`)}>
      <Input id={`t-${key}`} value={trunk[key] ?? ""} maxLength={200} placeholder={placeholder} autoComplete="off" onChange={(event) => set({ [key]: event.target.value.trim() || null })} />
    </Field>
  );
  return (
    <EditDialog title={kept ? t("trunk.change", { name: kept.trunk.name }) : t("trunk.add")} width={760} onClose={onClose} ready={trunk.name !== ""} onSave={() => putTrunk(trunk, kept?.version)}>
      <div className="form-grid">
        {!kept && (
          <Field label={t("lines.name")} htmlFor="t-name" required help={t("trunk.help.name")}>
            <Input id="t-name" value={trunk.name} maxLength={40} onChange={(event) => set({ name: asName(event.target.value) })} />
          </Field>
        )}
        <Field label={t("trunk.from")} htmlFor="t-from" help={t("trunk.help.from")}>
          <Select id="t-from" mode="tags" open={false} suffixIcon={null} value={trunk.from ?? []} tokenSeparators={[" ", ",", "，"]} placeholder="192.0.2.0/24" onChange={(from: string[]) => set({ from })} />
        </Field>
        {text("register", "sip:provider.example")}
        {text("username")}
        <Field label={t("trunk.password")} htmlFor="t-password" help={kept?.password_set ? t("trunk.help.password_set") : t("trunk.help.password")}>
          <Input.Password id="t-password" value={trunk.password ?? ""} maxLength={200} autoComplete="new-password" onChange={(event) => set({ password: event.target.value || null })} />
        </Field>
        {text("out", "sip:192.0.2.1:5060")}
        {text("caller_id", "95598")}
        <NumberField id="t-max" label={t("trunk.max_calls")} help={t("trunk.help.max_calls")} unit={t("trunk.calls")} value={trunk.max_calls} least={1} most={100_000} onChange={(max_calls) => set({ max_calls })} />
      </div>
      <Checkbox checked={trunk.busy_when_full ?? false} onChange={(event) => set({ busy_when_full: event.target.checked })}>
        {t("trunk.busy_when_full")}
      </Checkbox>
      <Checkbox checked={trunk.learn_rtp ?? false} onChange={(event) => set({ learn_rtp: event.target.checked })}>
        {t("trunk.learn_rtp")}
      </Checkbox>
      <Checkbox checked={trunk.off ?? false} onChange={(event) => set({ off: event.target.checked })}>
        {t("trunk.off")}
      </Checkbox>
    </EditDialog>
  );
}

export default function TrunksPage() {
  const { t } = useTranslation("calls");
  const lines = useLines();
  const [open, setOpen] = useState<KeptTrunk | "new" | null>(null);
  const add = (
    <Button type="primary" onClick={() => setOpen("new")} icon={<Plus size={16} aria-hidden />}>
      {t("trunk.add")}
    </Button>
  );
  return (
    <Page title={t("lines.trunks")} lead={t("trunk.lead")} actions={add}>
      <Tabs />
      <Panel flush label={t("lines.trunks")}>
        {lines.isError && !lines.data ? (
          <Trouble error={lines.error} retry={() => void lines.refetch()} />
        ) : (
          <Table
            label={t("lines.trunks")}
            rows={lines.data?.trunks}
            rowKey={(kept) => kept.id}
            onOpen={setOpen}
            expect={3}
            columns={[
              { key: "name", title: t("lines.name"), cell: (kept) => <button type="button" className="linkish strong" onClick={() => setOpen(kept)}>{kept.trunk.name}</button> },
              { key: "from", title: t("trunk.from"), cell: ({ trunk }) => ((trunk.from ?? []).length > 0 ? <code>{trunk.from?.join(" ")}</code> : "—") },
              { key: "register", title: t("trunk.register"), cell: ({ trunk }) => (trunk.register ? <code>{trunk.register}</code> : "—") },
              { key: "out", title: t("trunk.out"), cell: ({ trunk }) => (trunk.out ? <code>{trunk.out}</code> : "—") },
              { key: "max", title: t("trunk.max_calls"), num: true, cell: ({ trunk }) => count(trunk.max_calls) },
              { key: "state", title: t("lines.state"), cell: ({ trunk }) => <InUse off={trunk.off} /> },
            ]}
            empty={
              <Empty icon={Network} title={t("trunk.none")} action={add}>
                {t("trunk.none_todo")}
              </Empty>
            }
          />
        )}
      </Panel>
      {open && <TrunkDialog kept={open === "new" ? null : open} onClose={() => setOpen(null)} />}
    </Page>
  );
}
