// Who was not served and is owed a call: taken, dialled, and how it came out.
import { App, Button, Input } from "antd";
import { CheckCircle2, PhoneOff, PhoneOutgoing, UserRound, Voicemail } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, NavLink } from "react-router";
import { Empty, Field, ListMoment, Mark, Moment, Page, Pager, Panel, Table, Trouble, useProblemText, type Column } from "@kit";
import { EditDialog } from "@kit/dialog";
import { useAgents, useQueues } from "@lib/directory";
import { useUrlState } from "@lib/url";
import { doOwed, useOwed, type Owed } from "./api";

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
  const [url, change] = useUrlState(["done", "after"] as const);
  const done = url.done === "true";
  const owed = useOwed(done, url.after);
  const agents = useAgents();
  const queues = useQueues();
  const [finishing, setFinishing] = useState<Owed | null>(null);
  const act = (row: Owed, what: "take" | "give_back" | "not_reached") => void doOwed(row, { act: what }).catch((error: unknown) => message.error(problemText(error).what));

  const columns: Column<Owed>[] = [
    { key: "at", title: t("column.at"), cell: (row) => (row.call ? <Link to={`/calls/${row.call}`}><ListMoment at={row.at} /></Link> : <ListMoment at={row.at} />) },
    { key: "number", title: t("column.from"), cell: (row) => <span className="nowrap strong">{row.number}</span> },
    { key: "kind", title: t("owed.kind"), cell: (row) => <Mark tone="rest" icon={row.kind === "callback" ? PhoneOutgoing : Voicemail}>{t(`owed.kinds.${row.kind}`)}</Mark> },
    { key: "queue", title: t("column.queue"), cell: (row) => queues.name(row.queue) ?? "—" },
    { key: "recording", title: t("column.recording"), cell: (row) => (row.recording ? <Link to={`/recordings/${row.recording}`}>{t("owed.hear")}</Link> : "—") },
    { key: "tries", title: t("owed.tries"), num: true, cell: (row) => row.tries },
    ...(done
      ? ([
          { key: "by", title: t("owed.done_by"), cell: (row) => agents.name(row.done_by) ?? "—" },
          { key: "done_at", title: t("owed.done_at"), cell: (row) => (row.done_at ? <Moment at={row.done_at} seconds={false} /> : "—") },
          { key: "note", title: t("owed.note"), cell: (row) => row.note ?? "—" },
        ] satisfies Column<Owed>[])
      : ([
          { key: "by", title: t("owed.taken_by"), cell: (row) => (row.taken_by ? <Mark tone="call" icon={UserRound}>{agents.name(row.taken_by) ?? row.taken_by}</Mark> : <span className="muted">{t("owed.free")}</span>) },
          {
            key: "act",
            title: <span className="visually-hidden">{t("owed.acts")}</span>,
            cell: (row) => (
              <span className="row tight nowrap">
                {row.allowed.includes("take") && <Button size="small" type="primary" icon={<PhoneOutgoing size={15} aria-hidden />} onClick={() => act(row, "take")}>{t("owed.act.take")}</Button>}
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
      <Panel flush label={t("owed.title")}>
        {owed.isError && !owed.data ? (
          <Trouble error={owed.error} retry={() => void owed.refetch()} />
        ) : (
          <Table
            label={t("owed.title")}
            columns={columns}
            rows={owed.data?.items}
            rowKey={(row) => row.id}
            empty={
              <Empty icon={PhoneOutgoing} title={done ? t("owed.none_done") : t("owed.none")}>
                {done ? t("owed.none_done_todo") : t("owed.none_todo")}
              </Empty>
            }
            foot={<Pager words="list" newest={!url.after} onNewest={() => change({ after: null })} onOlder={owed.data?.next ? () => change({ after: owed.data?.next }, { push: true }) : undefined} />}
          />
        )}
      </Panel>
      {finishing && <DoneDialog owed={finishing} onClose={() => setFinishing(null)} />}
    </Page>
  );
}
