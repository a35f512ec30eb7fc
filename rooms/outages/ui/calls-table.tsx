// Important customers and liaisons to be telephoned: dialled from one's desk, and what came of it.
import { App, Button, Input } from "antd";
import { Bot, PhoneCall, PhoneOutgoing } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Choose, type Column, Due, Field, Mark, Short, Table, useProblemText } from "@kit";
import { EditDialog } from "@kit/dialog";
import { useMay } from "@lib/session";
import { attempt, attemptPromised, called, dial, dialLiaison, dialPromised, OUTCOMES, type Call, type Outcome, type Promised, type Told } from "./api";
import { CallMark, ReceiptMark } from "./marks";
import { TELL } from "./permissions";

function Record({ who, save, onClose }: { who: string; save: (outcome: Outcome, note: string) => Promise<void>; onClose: () => void }) {
  const { t } = useTranslation("outages");
  const [outcome, setOutcome] = useState<Outcome>("reached");
  const [note, setNote] = useState("");
  return (
    <EditDialog title={t("call.record", { name: who })} ready={outcome !== "otherwise" || note.trim() !== ""} onClose={onClose} onSave={() => save(outcome, note)}>
      <div className="stack">
        <Field label={t("call.outcome")}>
          <Choose label={t("call.outcome")} value={outcome} items={OUTCOMES.map((key) => ({ key, label: t(`outcome.${key}`) }))} onChoose={setOutcome} />
        </Field>
        <Field label={t("call.note")} htmlFor="note" help={t("call.help_note")}>
          <Input id="note" maxLength={200} value={note} onChange={(event) => setNote(event.target.value)} />
        </Field>
      </div>
    </EditDialog>
  );
}

function Standing({ of: one }: { of: Pick<Call, "state" | "machine" | "attempts"> }) {
  const { t } = useTranslation("outages");
  return (
    <span>
      <CallMark state={one.state} />
      {one.machine === "calling" && one.state === "open" && <Mark tone="call" icon={Bot}>{t("call.machine")}</Mark>}
      {one.attempts.map((tried) => (
        <span key={tried.at} className="muted"> <Short at={tried.at} /> {t(`outcome.${tried.outcome}`)} {tried.note}</span>
      ))}
    </span>
  );
}

/** What is done about a row: dialled, and written down. */
function Deeds({ ring, write }: { ring: () => void; write: () => void }) {
  const { t } = useTranslation("outages");
  return (
    <span className="row tight not-on-paper">
      <Button size="small" type="primary" icon={<PhoneOutgoing size={14} aria-hidden />} onClick={ring}>{t("call.dial")}</Button>
      <Button size="small" onClick={write}>{t("call.write")}</Button>
    </span>
  );
}

export function CallsTable({ calls, of, empty }: { calls: Call[] | undefined; of?: boolean; empty: ReactNode }) {
  const { t } = useTranslation("outages");
  const { message } = App.useApp();
  const problem = useProblemText();
  const may = useMay(TELL);
  const [open, setOpen] = useState<Call | null>(null);
  const ring = (call: Call) => dial(call).then(() => setOpen(call), (error: unknown) => message.error(problem(error).what));
  const days = (call: Call) => (call.days > 0 ? t("call.days", { count: call.days }) : t("call.at_once"));
  const columns: Column<Call>[] = [
    { key: "who", title: t("call.who"), cell: (call) => <span className="inline-links">{of ? <Link to={`/outages/${call.outage}`}>{call.name}</Link> : call.name} <span className="muted nowrap">{call.phone}</span></span> },
    { key: "days", title: t("call.when"), cell: (call) => <span className="row tight">{days(call)}{call.late && <Mark tone="busy" icon={PhoneCall}>{t("call.late")}</Mark>}</span> },
    { key: "due", title: t("call.due"), cell: (call) => (call.state === "open" ? <Due at={call.due} past={t("alarm.past")} /> : <Short at={call.due} />) },
    { key: "state", title: t("column.state"), cell: (call) => <Standing of={call} /> },
    {
      key: "do",
      title: "",
      cell: (call) =>
        may && call.state === "open" && <Deeds ring={() => void ring(call)} write={() => setOpen(call)} />,
    },
  ];
  return (
    <>
      <Table label={t("call.title")} columns={columns} rows={calls} rowKey={(call) => `${call.outage} ${call.customer} ${call.days}`} empty={empty} />
      {open && <Record who={open.name} save={(outcome, note) => attempt(open, outcome, note)} onClose={() => setOpen(null)} />}
    </>
  );
}

/** Callers who wished to hear that it is back, and have no mobile telephone. */
export function PromisedTable({ promised, empty }: { promised: Promised[] | undefined; empty: ReactNode }) {
  const { t } = useTranslation("outages");
  const { message } = App.useApp();
  const problem = useProblemText();
  const may = useMay(TELL);
  const [open, setOpen] = useState<Promised | null>(null);
  const ring = (one: Promised) => dialPromised(one).then(() => setOpen(one), (error: unknown) => message.error(problem(error).what));
  const columns: Column<Promised>[] = [
    { key: "who", title: t("call.phone"), cell: (one) => <span className="nowrap">{one.phone}</span> },
    { key: "outage", title: t("call.back"), cell: (one) => <span className="inline-links"><Link to={`/outages/${one.outage}`}>{one.area}</Link> <span className="muted nowrap">{one.number}</span></span> },
    { key: "due", title: t("call.due"), cell: (one) => <Due at={one.due} past={t("alarm.past")} /> },
    { key: "state", title: t("column.state"), cell: (one) => <Standing of={one} /> },
    { key: "do", title: "", cell: (one) => may && <Deeds ring={() => void ring(one)} write={() => setOpen(one)} /> },
  ];
  return (
    <>
      <Table label={t("calls.promised")} columns={columns} rows={promised} rowKey={(one) => one.id} empty={empty} />
      {open && <Record who={open.phone} save={(outcome, note) => attemptPromised(open, outcome, note)} onClose={() => setOpen(null)} />}
    </>
  );
}

export function LiaisonsTold({ told, of, empty }: { told: Told[] | undefined; of?: boolean; empty: ReactNode }) {
  const { t } = useTranslation("outages");
  const { message } = App.useApp();
  const problem = useProblemText();
  const may = useMay(TELL);
  const run = (what: Promise<unknown>) => void what.catch((error: unknown) => message.error(problem(error).what));
  const columns: Column<Told>[] = [
    { key: "who", title: t("liaison.name"), cell: (one) => <span className="inline-links">{of ? <Link to={`/outages/${one.outage}`}>{one.name}</Link> : one.name} <span className="muted nowrap">{one.phone}</span></span> },
    { key: "place", title: t("liaison.place"), cell: (one) => one.place },
    { key: "moment", title: t("telling.moment"), cell: (one) => t(`moment.${one.moment}`) },
    { key: "at", title: t("telling.at"), cell: (one) => <Short at={one.at} /> },
    { key: "state", title: t("column.state"), cell: (one) => <span className="row tight"><ReceiptMark state={one.state} />{one.machine === "calling" && one.call_at && <Mark tone="call" icon={Bot}>{t("call.machine")}</Mark>}{one.call_at && <span className="muted">{t("telling.call_at")} <Short at={one.call_at} /></span>}</span> },
    {
      key: "do",
      title: "",
      cell: (one) =>
        may && one.call_at && (
          <span className="row tight not-on-paper">
            <Button size="small" icon={<PhoneOutgoing size={14} aria-hidden />} onClick={() => run(dialLiaison(one))}>{t("call.dial")}</Button>
            <Button size="small" type="primary" onClick={() => run(called(one))}>{t("telling.called")}</Button>
          </span>
        ),
    },
  ];
  return <Table label={t("telling.liaisons")} columns={columns} rows={told} rowKey={(one) => one.id} empty={empty} />;
}
