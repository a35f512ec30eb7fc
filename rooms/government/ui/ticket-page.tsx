// One ticket of 12345: where it stands on both sides, what may be asked of the platform, what it was told and what it said.
import { Button } from "antd";
import { Clock3, MessageSquareText, PenLine, RotateCcw, Send, ShieldAlert, SkipForward, Undo2, type LucideIcon } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { Due, Empty, Facts, ListMoment, Moment, Notice, Page, Panel, Skeletons, Table, Trouble } from "@kit";
import { useUnits } from "@lib/directory";
import { useMay } from "@lib/session";
import { useTicket, type Return, type Ticket, type Verb } from "./api";
import { ActDialog, LineDialog, ReturnDialog } from "./dialogs";
import { AskedMark, SendingMark, StageMark, Tabs } from "./marks";
import { HANDLE } from "./permissions";
import { Line } from "./tickets-page";
import "./government.css";

const ACTS: [Verb, LucideIcon][] = [["sign", PenLine], ["report", MessageSquareText], ["ask_extension", Clock3], ["hand_back", Undo2]];

function Limit({ at, done }: { at: string | null; done: string | null }) {
  const { t } = useTranslation("government");
  if (!at) return <>{done ? <Moment at={done} /> : "—"}</>;
  return done ? <>{t("done_at")} <Moment at={done} /></> : <Due at={at} past={t("overdue")} />;
}

/** Where it stands. */
export function TicketFacts({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation("government");
  const units = useUnits();
  const over = ticket.stage !== "received" && ticket.stage !== "signed";
  const { extension, hand_back: back } = ticket;
  return (
    <Facts
      items={[
        [t("column.stage"), <StageMark key="s" stage={ticket.stage} />],
        [t("column.order"), <Link key="o" to={`/work_orders/${ticket.order_number}`}>{ticket.order_number}</Link>],
        [t("column.state"), ticket.order_state ? t(`state.${ticket.order_state as "accepted"}`) : "—"],
        [t("column.platform"), ticket.platform_name || "—"],
        [t("column.category"), ticket.category],
        [t("column.came"), <Moment key="c" at={ticket.came_at} />],
        [t("limit.sign"), <Limit key="l1" at={ticket.limits.sign_by} done={ticket.signed_at} />],
        [t("limit.contact"), over ? (ticket.contacted_at ? <Moment key="l2" at={ticket.contacted_at} /> : "—") : <Limit key="l2" at={ticket.limits.contact_by} done={ticket.contacted_at} />],
        [t("limit.answer"), <Limit key="l3" at={over ? null : ticket.limits.answer_by} done={ticket.resulted_at} />],
        ...(extension ? [[t("extension.title"), <span key="e" className="row tight"><AskedMark state={extension.state} /> <Moment at={extension.until} seconds={false} /> {extension.reason} {extension.answer}</span>] as [string, ReactNode]] : []),
        ...(back ? [[t("hand_back.title"), <span key="b" className="row tight"><AskedMark state={back.state} /> {t(`reason.${back.reason}`)} {back.note} {back.answer}</span>] as [string, ReactNode]] : []),
        ...(ticket.concerned ? [[t("concerned"), units.name(ticket.concerned) ?? "—"] as [string, ReactNode]] : []),
        ...(ticket.sent_back > 0 ? [[t("sent_back"), t("times", { count: ticket.sent_back })] as [string, ReactNode]] : []),
        [t("column.line"), <Line key="w" ticket={ticket} />],
      ]}
    />
  );
}

/** What somebody has to know before anything else. */
export function Warnings({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation("government");
  return (
    <>
      {ticket.conflict && <Notice tone="busy" icon={ShieldAlert} title={t("conflict.title")}>{t("conflict.todo")}</Notice>}
      {ticket.refused && <Notice tone="busy" title={t("line.refused_title")}>{ticket.detail} {t("line.refused_todo")}</Notice>}
      {!ticket.refused && ticket.failures > 0 && (
        <Notice tone="wrap" title={t("line.failing", { count: ticket.failures })}>
          {ticket.detail} {ticket.next_at && <>{t("line.next")} <Moment at={ticket.next_at} /></>}
        </Notice>
      )}
      {ticket.bound && <Notice tone="wrap" title={t("bound.title")}>{t("bound.todo")}</Notice>}
      {ticket.urged && <Notice tone="wrap" title={t("urged.title")}>{t("urged.todo")}</Notice>}
      {ticket.supervised && <Notice tone="busy" title={t("supervised.title")}>{t("supervised.todo")}</Notice>}
    </>
  );
}

function Returns({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation("government");
  const may = useMay(HANDLE);
  const [open, setOpen] = useState<Return | null>(null);
  const [doing, setDoing] = useState<{ one: Return; what: "again" | "skip" } | null>(null);
  return (
    <Panel flush title={t("returns.title")}>
      <Table
        label={t("returns.title")}
        rows={ticket.returns}
        rowKey={(one) => one.id}
        onOpen={setOpen}
        columns={[
          { key: "at", title: t("column.at"), cell: (one) => <button type="button" className="linkish" onClick={() => setOpen(one)}><ListMoment at={one.created_at} /></button> },
          { key: "kind", title: t("column.told"), cell: (one) => <span className="nowrap">{t(`told.${one.kind}`)}</span> },
          { key: "state", title: t("column.sending"), cell: (one) => <SendingMark state={one.state} /> },
          { key: "answer", title: t("column.answer"), cell: (one) => <span className="government-said">{one.error || (one.status ? `HTTP ${one.status}` : "—")}</span> },
          { key: "tries", title: t("column.tries"), num: true, cell: (one) => one.attempts },
          ...(may
            ? [
                {
                  key: "act",
                  title: "",
                  cell: (one: Return) => (
                    <span className="row tight">
                      <Button size="small" icon={<RotateCcw size={14} aria-hidden />} onClick={() => setDoing({ one, what: "again" })}>{t("again")}</Button>
                      {(one.state === "waiting" || one.state === "refused") && <Button size="small" icon={<SkipForward size={14} aria-hidden />} onClick={() => setDoing({ one, what: "skip" })}>{t("skip")}</Button>}
                    </span>
                  ),
                },
              ]
            : []),
        ]}
        empty={<Empty icon={Send} title={t("returns.none")}>{t("returns.none_todo")}</Empty>}
      />
      {open && <ReturnDialog one={open} hidden={ticket.confidential} onClose={() => setOpen(null)} />}
      {doing && <LineDialog ticket={ticket} one={doing.one} what={doing.what} onClose={() => setDoing(null)} />}
    </Panel>
  );
}

export default function TicketPage() {
  const { t } = useTranslation("government");
  const { id = "" } = useParams();
  const asked = useTicket(id);
  const [doing, setDoing] = useState<Verb | null>(null);
  const ticket = asked.data;
  const title = ticket ? t("ticket", { number: ticket.number }) : t("nav.government");
  const actions = ticket && ticket.allowed.length > 0 && ACTS.filter(([verb]) => ticket.allowed.includes(verb)).map(([verb, Icon]) => (
    <Button key={verb} icon={<Icon size={16} aria-hidden />} danger={verb === "hand_back"} onClick={() => setDoing(verb)}>{t(`act.${verb}`)}</Button>
  ));
  return (
    <Page title={title} lead={t("ticket_lead")} actions={actions}>
      <Tabs />
      {asked.isError && !ticket ? <Trouble error={asked.error} retry={() => void asked.refetch()} /> : !ticket ? <Skeletons lines={8} /> : (
        <>
          <Warnings ticket={ticket} />
          <Panel title={t("stands")}><TicketFacts ticket={ticket} /></Panel>
          <Returns ticket={ticket} />
          <Panel flush title={t("said.title")}>
            <Table
              label={t("said.title")}
              rows={ticket.messages}
              rowKey={(one) => one.message}
              columns={[
                { key: "at", title: t("column.at"), cell: (one) => <ListMoment at={one.at} /> },
                { key: "kind", title: t("column.said"), cell: (one) => t(`said.${one.kind}`) },
                { key: "message", title: t("column.message"), cell: (one) => <code className="government-said">{one.message}</code> },
              ]}
              empty={<Empty icon={MessageSquareText} title={t("said.none")}>{t("said.none_todo")}</Empty>}
            />
          </Panel>
          {doing && <ActDialog key={doing} ticket={ticket} what={doing} onClose={() => setDoing(null)} />}
        </>
      )}
    </Page>
  );
}
