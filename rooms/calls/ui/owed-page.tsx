// Who was not served and is owed a call: taken, dialled, and how it came out.
import { App, Button, Input } from "antd";
import { CheckCircle2, Clock, DoorClosed, ListOrdered, MoonStar, PhoneCall, PhoneMissed, PhoneOff, PhoneOutgoing, UserRound, Voicemail, type LucideIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, NavLink } from "react-router";
import { Empty, Field, ListMoment, Mark, Moment, Page, useProblemText, type Column } from "@kit";
import { EditDialog } from "@kit/dialog";
import { Listed } from "@kit/listed";
import { doAtDesk, useDesk } from "@lib/desk";
import { useAgents, useQueues } from "@lib/directory";
import { clock } from "@lib/format";
import { useMay } from "@lib/session";
import { useUrlState } from "@lib/url";
import { doOwed, useOwed, type Owed } from "./api";
import { ANSWER } from "./permissions";

const KINDS: Record<Owed["kind"], LucideIcon> = { callback: PhoneOutgoing, message: Voicemail, abandoned: PhoneMissed, closed: DoorClosed, after_hours: MoonStar, busy: PhoneOff };

/** What the centre writes when it is done without anybody saying so. */
const BY_ITSELF = ["reached", "got_through"] as const;

/** When the caller came: the last time, and how often before. */
function When({ row }: { row: Owed }) {
  const { t } = useTranslation("calls");
  return (
    <span>
      {row.call ? (
        <Link to={`/calls/${row.call}`}>
          <ListMoment at={row.last_at} />
        </Link>
      ) : (
        <ListMoment at={row.last_at} />
      )}
      {row.times > 1 && <span className="muted"> {t("owed.times", { count: row.times })}</span>}
    </span>
  );
}

/** What was tried, one line each. */
function Attempts({ row }: { row: Owed }) {
  const { t } = useTranslation("calls");
  const agents = useAgents();
  if (row.attempts.length === 0) return <span className="muted">{row.tries > 0 ? row.tries : "—"}</span>;
  return (
    <ul className="inline-links">
      {row.attempts.map((one) => (
        <li key={one.call} className="nowrap">
          {/* Cut off before it was a call, it has no record. */}
          {one.result === "interrupted" ? clock(one.at, false) : <Link to={`/calls/${one.call}`}>{clock(one.at, false)}</Link>} {agents.name(one.agent)} <span className="muted">{one.result ? t(`owed.attempt.${one.result}`, { defaultValue: one.result }) : t("result.going_on")}</span>
        </li>
      ))}
    </ul>
  );
}

function DoneDialog({ owed, onClose }: { owed: Owed; onClose: () => void }) {
  const { t } = useTranslation("calls");
  const [note, setNote] = useState("");
  return (
    <EditDialog title={t("owed.done_title", { number: owed.number })} save={t("owed.act.done")} ready={note.trim() !== ""} onClose={onClose} onSave={() => doOwed(owed, { act: "done", note: note.trim() })}>
      <Field label={t("owed.note")} htmlFor="owed-note" required help={t("owed.note_help")}>
        <Input.TextArea id="owed-note" value={note} maxLength={500} autoSize={{ minRows: 3 }} onChange={(event) => setNote(event.target.value)} />
      </Field>
    </EditDialog>
  );
}

export default function OwedPage() {
  const { t } = useTranslation("calls");
  const { message } = App.useApp();
  const problemText = useProblemText();
  const [url] = useUrlState(["done", "after"] as const);
  const done = url.done === "true";
  const owed = useOwed(done, url.after);
  const agents = useAgents();
  const queues = useQueues();
  const desk = useDesk(useMay(ANSWER)).data?.desk ?? null;
  const mayDial = desk?.allowed.includes("dial") ?? false;
  const [finishing, setFinishing] = useState<Owed | null>(null);
  const call = (row: Owed) => void doAtDesk({ act: "dial", number: "", owed: Number(row.id) }).then(() => owed.refetch(), (error: unknown) => message.error(problemText(error).what));
  const act = (row: Owed, what: "take" | "give_back" | "not_reached") => void doOwed(row, { act: what }).catch((error: unknown) => message.error(problemText(error).what));

  const columns: Column<Owed>[] = [
    { key: "at", title: t("column.at"), cell: (row) => <When row={row} /> },
    { key: "number", title: t("column.from"), cell: (row) => <span className="nowrap strong">{row.number}</span> },
    { key: "kind", title: t("owed.kind"), cell: (row) => <Mark tone="rest" icon={KINDS[row.kind]}>{t(`owed.kinds.${row.kind}`)}</Mark> },
    { key: "queue", title: t("column.queue"), cell: (row) => queues.name(row.queue) ?? "—" },
    { key: "recording", title: t("column.recording"), cell: (row) => (row.recording ? <Link to={`/recordings/${row.recording}`}>{t("owed.hear")}</Link> : "—") },
    { key: "tries", title: t("owed.tries"), cell: (row) => <Attempts row={row} /> },
    ...(done
      ? ([
          { key: "by", title: t("owed.done_by"), cell: (row) => agents.name(row.done_by) ?? "—" },
          { key: "done_at", title: t("owed.done_at"), cell: (row) => (row.done_at ? <Moment at={row.done_at} seconds={false} /> : "—") },
          { key: "note", title: t("owed.note"), cell: (row) => (row.note === null ? "—" : (BY_ITSELF as readonly string[]).includes(row.note) ? t(`owed.by_itself.${row.note as (typeof BY_ITSELF)[number]}`) : row.note) },
        ] satisfies Column<Owed>[])
      : ([
          { key: "by", title: t("owed.taken_by"), cell: (row) => (row.in_queue ? <Mark tone="wrap" icon={ListOrdered}>{t("owed.in_queue")}</Mark> : row.taken_by ? <Mark tone="call" icon={UserRound}>{agents.name(row.taken_by) ?? row.taken_by}</Mark> : <span className="muted">{t("owed.free")}</span>) },
          {
            key: "act",
            title: <span className="visually-hidden">{t("owed.acts")}</span>,
            cell: (row) => (
              <span className="row tight nowrap">
                {desk && !row.in_queue && (row.allowed.includes("take") || row.allowed.includes("done")) && (
                  <Button size="small" type="primary" disabled={!mayDial} title={mayDial ? undefined : t("owed.no_telephone")} icon={<PhoneCall size={15} aria-hidden />} onClick={() => call(row)}>
                    {t("owed.call")}
                  </Button>
                )}
                {row.allowed.includes("take") && <Button size="small" icon={<Clock size={15} aria-hidden />} onClick={() => act(row, "take")}>{t("owed.act.take")}</Button>}
                {row.allowed.includes("not_reached") && <Button size="small" icon={<PhoneOff size={15} aria-hidden />} onClick={() => act(row, "not_reached")}>{t("owed.act.not_reached")}</Button>}
                {row.allowed.includes("done") && <Button size="small" icon={<CheckCircle2 size={15} aria-hidden />} onClick={() => setFinishing(row)}>{t("owed.act.done")}</Button>}
                {row.allowed.includes("give_back") && <Button size="small" type="text" onClick={() => act(row, "give_back")}>{t("owed.act.give_back")}</Button>}
              </span>
            ),
          },
        ] satisfies Column<Owed>[])),
  ];
  return (
    <Page title={t("owed.title")} lead={t("owed.lead")}>
      <nav className="tabs" aria-label={t("owed.title")}>
        <NavLink to="/calls/owed" aria-current={done ? false : "page"}>{t("owed.open")}</NavLink>
        <NavLink to="/calls/owed?done=true" aria-current={done ? "page" : false}>{t("owed.done")}</NavLink>
      </nav>
      <Listed
        label={t("owed.title")}
        columns={columns}
        of={owed}
        cursor="after"
        words="list"
        rowKey={(row) => row.id}
        empty={
          <Empty icon={PhoneOutgoing} title={done ? t("owed.none_done") : t("owed.none")}>
            {done ? t("owed.none_done_todo") : t("owed.none_todo")}
          </Empty>
        }
      />
      {finishing && <DoneDialog owed={finishing} onClose={() => setFinishing(null)} />}
    </Page>
  );
}
