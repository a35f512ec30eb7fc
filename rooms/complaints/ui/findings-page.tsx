// What looks hidden or forged: newest first, with who it is about and which month it would count for.
import { Button, Input, Select } from "antd";
import { FilePlus2, SearchCheck } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { type Column, Field, Nothing, Page, Short } from "@kit";
import { EditDialog } from "@kit/dialog";
import { ChoiceFilter, DirectoryFilter, Filters } from "@kit/filters";
import { useFound } from "@kit/found";
import { Listed } from "@kit/listed";
import { useAgents, useUnits } from "@lib/directory";
import { BY_HAND, FINDING_FILTERS, FINDING_KINDS, FINDING_STATES, report, useFindings, type Finding, type FindingKind } from "./api";
import { FindingMark, Tabs } from "./marks";
import "./complaints.css";

/** Something somebody has heard in a recording, for others to rule upon. */
function ReportDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("complaints");
  const navigate = useNavigate();
  const agents = useAgents();
  const id = useId();
  const [kind, setKind] = useState<FindingKind>("inaccurate");
  const [person, setPerson] = useState<string | null>(null);
  const [call, setCall] = useState("");
  const [words, setWords] = useState("");
  const callOk = call.trim() === "" || /^ca_[0-9a-z]{1,13}$/.test(call.trim());
  const save = async () => {
    const finding = await report({ kind, person: person ?? "", order: null, call: call.trim() || null, words: words.trim() });
    await navigate(`/complaints/findings/${finding.id}`);
  };
  return (
    <EditDialog title={t("report.title")} save={t("report.send")} ready={person !== null && callOk && [...words.trim()].length >= 8} onClose={onClose} onSave={save}>
      <p className="soft">{t("report.lead")}</p>
      <Field label={t("column.kind")} htmlFor={`${id}k`} required>
        <Select id={`${id}k`} value={kind} style={{ width: "100%" }} onChange={(next: FindingKind) => setKind(next)} options={BY_HAND.map((key) => ({ value: key, label: t(`finding.${key}`) }))} />
      </Field>
      <Field label={t("report.person")} htmlFor={`${id}p`} required>
        <Select id={`${id}p`} showSearch={{ optionFilterProp: "label" }} value={person} style={{ width: "100%" }} onChange={(next: string) => setPerson(next)} options={agents.all.map((one) => ({ value: one.id, label: agents.name(one.id) }))} />
      </Field>
      <Field label={t("report.call")} htmlFor={`${id}c`} help={t("report.call_help")} fault={callOk ? undefined : t("report.call_bad")}>
        <Input id={`${id}c`} value={call} maxLength={20} onChange={(event) => setCall(event.target.value)} />
      </Field>
      <Field label={t("report.words")} htmlFor={`${id}w`} required>
        <Input.TextArea id={`${id}w`} value={words} maxLength={1000} autoSize={{ minRows: 3, maxRows: 8 }} onChange={(event) => setWords(event.target.value)} />
      </Field>
    </EditDialog>
  );
}

export default function FindingsPage() {
  const { t } = useTranslation("complaints");
  const found = useFound(FINDING_FILTERS);
  const { filters } = found;
  const state = filters.state ?? "open";
  const asked = { ...filters, state: state === "all" ? undefined : state } as typeof filters;
  const findings = useFindings(asked);
  const [agents, units] = [useAgents(), useUnits()];
  const [reporting, setReporting] = useState(false);
  const columns: Column<Finding>[] = [
    { key: "kind", title: t("column.kind"), cell: (one) => <Link to={`/complaints/findings/${one.id}`}>{t(`finding.${one.kind}`)}</Link> },
    { key: "who", title: t("column.who"), cell: (one) => [agents.name(one.person), units.name(one.unit)].filter(Boolean).join(" · ") || "—" },
    { key: "shows", title: t("column.shows"), cell: (one) => <span className="soft">{t(`shows.${one.kind}`)}</span> },
    { key: "month", title: t("column.month"), cell: (one) => one.month },
    { key: "rule", title: t("column.rule"), cell: (one) => t(`rule.${one.rule}` as "rule.A8") },
    { key: "found", title: t("column.found"), cell: (one) => <Short at={one.found_at} /> },
    { key: "state", title: t("column.state"), cell: (one) => <FindingMark state={one.state} kind={one.kind} /> },
  ];
  return (
    <Page title={t("findings.title")} lead={t("findings.lead")} actions={<Button icon={<FilePlus2 size={16} aria-hidden />} onClick={() => setReporting(true)}>{t("report.title")}</Button>}>
      <Tabs />
      <Filters label={t("findings.filters")} active={found.filtered} onClear={found.clear}>
        <div className="field">
          <label htmlFor="state">{t("column.state")}</label>
          <Select id="state" style={{ width: 120 }} value={state} onChange={(key: string) => found.set({ state: key })} options={[...FINDING_STATES, "all" as const].map((key) => ({ value: key, label: t(`finding_state.${key}`) }))} />
        </div>
        <ChoiceFilter id="kind" label={t("column.kind")} width={150} value={filters.kind} onChange={(kind) => found.set({ kind })} options={FINDING_KINDS.map((kind) => ({ value: kind, label: t(`finding.${kind}`) }))} />
        <DirectoryFilter id="person" label={t("column.who")} width={150} directory={agents} value={filters.person} onChange={(person) => found.set({ person })} />
      </Filters>
      <Listed
        label={t("findings.title")}
        columns={columns}
        of={findings}
        rowKey={(one) => one.id}
        to={(one) => `/complaints/findings/${one.id}`}
        expect={8}
        empty={<Nothing filtered={found.filtered} found={[t("findings.none_found"), t("findings.none_found_todo")]} onAll={found.clear} icon={SearchCheck} none={[t("findings.none"), t("findings.none_todo")]} />}
      />
      {reporting && <ReportDialog onClose={() => setReporting(false)} />}
    </Page>
  );
}
