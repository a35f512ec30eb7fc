// The dial rules: which numbers may be called, and by which trunk; the longest matching beginning decides.
import { Button, Input, Select } from "antd";
import { Ban, Plus, Route } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty, Field, Mark, Page, Panel, Table, Trouble } from "@kit";
import { EditDialog } from "@kit/dialog";
import { putDialRules, useLines, type DialRule, type Lines } from "./api";
import { Tabs } from "./parts";

const FORBID = "";

function RuleDialog({ rule, lines, onClose }: { rule: DialRule | null; lines: Lines; onClose: () => void }) {
  const { t } = useTranslation("calls");
  const [prefix, setPrefix] = useState(rule?.prefix ?? "");
  const [trunk, setTrunk] = useState<string | null>(rule ? (rule.trunk ?? FORBID) : null);
  const was = lines.dial_rules;
  const others = was.filter((other) => other !== rule);
  const save = () => putDialRules(was, [...others, trunk === FORBID ? { prefix } : { prefix, trunk }]);
  return (
    <EditDialog title={rule ? t("rule.change") : t("rule.add")} onClose={onClose} ready={trunk !== null} onSave={save} remove={rule !== null && { label: t("rule.remove"), run: () => putDialRules(was, others) }}>
      <Field label={t("rule.prefix")} htmlFor="r-prefix" help={t("rule.help.prefix")}>
        <Input id="r-prefix" value={prefix} maxLength={20} inputMode="tel" onChange={(event) => setPrefix(event.target.value.replace(/[^\d+]/g, ""))} />
      </Field>
      <Field label={t("rule.trunk")} htmlFor="r-trunk" required help={t("rule.help.trunk")}>
        <Select id="r-trunk" value={trunk} options={[...lines.trunks.map((kept) => ({ value: kept.trunk.name, label: kept.trunk.name })), { value: FORBID, label: t("rule.forbidden") }]} onChange={setTrunk} />
      </Field>
    </EditDialog>
  );
}

export default function DialRulesPage() {
  const { t } = useTranslation("calls");
  const lines = useLines();
  const [open, setOpen] = useState<DialRule | "new" | null>(null);
  const add = (
    <Button type="primary" disabled={!lines.data} onClick={() => setOpen("new")} icon={<Plus size={16} aria-hidden />}>
      {t("rule.add")}
    </Button>
  );
  return (
    <Page title={t("lines.dial_rules")} lead={t("rule.lead")} actions={add}>
      <Tabs />
      <Panel flush label={t("lines.dial_rules")}>
        {lines.isError && !lines.data ? (
          <Trouble error={lines.error} retry={() => void lines.refetch()} />
        ) : (
          <Table
            label={t("lines.dial_rules")}
            rows={lines.data?.dial_rules}
            rowKey={(rule) => rule.prefix}
            onOpen={setOpen}
            expect={3}
            columns={[
              { key: "prefix", title: t("rule.prefix"), cell: (rule) => <button type="button" className="linkish strong" onClick={() => setOpen(rule)}>{rule.prefix || t("rule.any")}</button> },
              { key: "trunk", title: t("rule.trunk"), cell: (rule) => rule.trunk ?? <Mark tone="busy" icon={Ban}>{t("rule.forbidden")}</Mark> },
            ]}
            empty={
              <Empty icon={Route} title={t("rule.none")} action={add}>
                {t("rule.none_todo")}
              </Empty>
            }
          />
        )}
      </Panel>
      {open && lines.data && <RuleDialog rule={open === "new" ? null : open} lines={lines.data} onClose={() => setOpen(null)} />}
    </Page>
  );
}
