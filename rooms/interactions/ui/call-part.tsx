// On a call's page: what was written down about it, its earlier versions, and what a leader or its author may do about it.
import { Button, Input } from "antd";
import { History, PenLine, Unlock } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { AskedInput, Choose, Field, Moment, Notice, Panel, Skeletons } from "@kit";
import { EditDialog } from "@kit/dialog";
import { Problem } from "@lib/api";
import { useAgents } from "@lib/directory";
import { useMay } from "@lib/session";
import type { SlotProps } from "@lib/slots";
import { amend, lookAt, release, RESULTS, useEditions, useOfCall, useTree, type Draft, type Fault, type RecordView } from "./api";
import { Picker } from "./desk/picker";
import { RecordFacts, StateMark } from "./facts";
import { READ } from "./permissions";
import { fieldsOf, index, isClosable, type Indexed } from "./tree";
import "./interactions.css";

function WhyDialog({ title, help, save, saved, onClose, onSave, dangerous = false }: { title: string; help: string; save: string; saved?: null; onClose: () => void; onSave: (why: string) => Promise<unknown>; dangerous?: boolean }) {
  const { t } = useTranslation("interactions");
  const [why, setWhy] = useState("");
  return (
    <EditDialog title={title} save={save} saved={saved} dangerous={dangerous} ready={why.trim() !== ""} onClose={onClose} onSave={() => onSave(why.trim())}>
      <Field label={t("amend.why")} htmlFor="i-why" required help={help}>
        <Input id="i-why" autoFocus maxLength={200} value={why} onChange={(event) => setWhy(event.target.value)} />
      </Field>
    </EditDialog>
  );
}

function AmendDialog({ record, tree, before, why, onClose }: { record: RecordView; tree: Indexed; before: Draft; why: string; onClose: () => void }) {
  const { t } = useTranslation("interactions");
  const [draft, setDraft] = useState(before);
  const [faults, setFaults] = useState<Fault[]>([]);
  const change = (patch: Partial<Draft>) => setDraft({ ...draft, ...patch });
  const told = (field: string) => {
    const found = faults.find((fault) => fault.field === field);
    return found ? t(`fault.${found.why}`) : undefined;
  };
  const save = async () => {
    try {
      await amend(record, draft, why);
    } catch (error) {
      if (error instanceof Problem && error.code === "interactions.incomplete") setFaults(error.params.faults as Fault[]);
      throw error;
    }
  };
  return (
    <EditDialog title={t("amend.title")} width={760} onClose={onClose} onSave={save} save={t("amend.save")}>
      <Field label={t("desk.reason")} required fault={told("reason")}>
        <Picker tree={tree} value={draft.reason} used={[]} onChoose={(reason) => change({ reason })} />
      </Field>
      <Field label={t("desk.result")} required fault={told("result")}>
        <Choose
          label={t("desk.result")}
          items={RESULTS.map((key) => ({ key, label: t(`result.${key}`), barred: key === "answered" && !isClosable(tree, draft.reason) ? t("fault.not_closable") : undefined }))}
          value={draft.result}
          onChoose={(result) => change({ result })}
        />
      </Field>
      <div className="asked-grid">
        <Field label={t("desk.contact")} htmlFor="i-contact" fault={told("contact")}>
          <Input id="i-contact" value={draft.contact} maxLength={40} onChange={(event) => change({ contact: event.target.value })} />
        </Field>
        {fieldsOf(tree, draft.reason).map((field) => (
          <AskedInput key={field.key} field={field} value={draft.fields[field.key] ?? ""} fault={told(`fields.${field.key}`)} onChange={(value) => change({ fields: { ...draft.fields, [field.key]: value } })} />
        ))}
      </div>
      <Field label={t("desk.notes")} htmlFor="i-notes">
        <Input.TextArea id="i-notes" autoSize={{ minRows: 3, maxRows: 10 }} maxLength={8000} value={draft.notes} onChange={(event) => change({ notes: event.target.value })} />
      </Field>
    </EditDialog>
  );
}

function Editions({ record }: { record: RecordView }) {
  const { t } = useTranslation("interactions");
  const editions = useEditions(record.call, record.agent, true);
  const agents = useAgents();
  const trees = useTree();
  const tree = useMemo(() => (trees.data ? index(trees.data) : null), [trees.data]);
  if (!editions.data || !tree) return <Skeletons lines={3} />;
  return (
    <ol className="record-earlier">
      {editions.data.map((edition) => (
        <li key={edition.edition}>
          <span className="row wrap tight">
            <b>{t("edition", { edition: edition.edition })}</b>
            <Moment at={edition.at} />
            <span className="muted">{agents.name(edition.who)}</span>
            {edition.why && <span className="soft">{t("edition_why", { why: edition.why })}</span>}
          </span>
          <RecordFacts draft={edition.draft} number="" tree={tree} />
        </li>
      ))}
    </ol>
  );
}

function One({ record, tree }: { record: RecordView; tree: Indexed }) {
  const { t } = useTranslation("interactions");
  const agents = useAgents();
  const [open, setOpen] = useState<"why" | "release" | "versions" | { draft: Draft; why: string } | null>(null);
  const may = (act: RecordView["allowed"][number]) => record.allowed.includes(act);
  return (
    <Panel
      title={t("part.title", { agent: agents.name(record.agent) ?? "" })}
      extra={
        <span className="row tight">
          <StateMark record={record} />
          {record.edition > 1 && (
            <Button size="small" icon={<History size={15} aria-hidden />} aria-expanded={open === "versions"} onClick={() => setOpen(open === "versions" ? null : "versions")}>
              {t("part.versions")}
            </Button>
          )}
          {may("amend") && (
            <Button size="small" icon={<PenLine size={15} aria-hidden />} onClick={() => setOpen("why")}>
              {t("part.amend")}
            </Button>
          )}
          {may("release") && (
            <Button size="small" icon={<Unlock size={15} aria-hidden />} onClick={() => setOpen("release")}>
              {t("part.release")}
            </Button>
          )}
        </span>
      }
    >
      <div className="stack">
        {record.release && record.state === "draft" && (
          <Notice tone="accent" title={t("part.released", { by: agents.name(record.release.by) })}>
            {record.release.why}
          </Notice>
        )}
        <RecordFacts draft={record.draft} number={record.number} tree={tree} />
        {record.completed_at && (
          <p className="muted">
            {t("part.completed")} <Moment at={record.completed_at} />
          </p>
        )}
        {open === "versions" && <Editions record={record} />}
      </div>
      {open === "why" && (
        <WhyDialog
          title={t("amend.title")}
          help={t("amend.why_help")}
          save={t("amend.begin")}
          saved={null}
          onClose={() => setOpen((now) => (now === "why" ? null : now))}
          onSave={async (why) => setOpen({ draft: await lookAt(record, why), why })}
        />
      )}
      {open === "release" && <WhyDialog title={t("release.title")} help={t("release.help")} save={t("part.release")} onClose={() => setOpen(null)} onSave={(why) => release(record, why)} />}
      {open !== null && typeof open === "object" && <AmendDialog record={record} tree={tree} before={open.draft} why={open.why} onClose={() => setOpen(null)} />}
    </Panel>
  );
}

function Records({ call }: { call: string }) {
  const found = useOfCall(call);
  const trees = useTree();
  const tree = useMemo(() => (trees.data ? index(trees.data) : null), [trees.data]);
  // A call without a record, or one that is not for this person, has nothing to show here.
  if (!found.data || !tree) return null;
  const all = [...(found.data.own ? [found.data.own] : []), ...found.data.others];
  return all.map((record) => <One key={record.agent} record={record} tree={tree} />);
}

export default function CallPart({ call }: SlotProps["call.parts"]) {
  const read = useMay(READ);
  return read ? <Records call={call} /> : null;
}

