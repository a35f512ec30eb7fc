// The leader's log of a shift: what it wrote by itself from the journal, hour by hour, and what a leader adds by hand.
import { App, Button, Input, Select } from "antd";
import { BellRing, BookOpenText, Ban, CircleCheckBig, FilePlus2, Megaphone, MessageSquareReply, NotebookPen, PhoneMissed, RotateCcw, Send, ShieldAlert, Signature, Timer, Undo2, MapPinCheck, UserCog, type LucideIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Choose, Empty, Mark, Page, Panel, Skeletons, Trouble, useProblemText, type Tone } from "@kit";
import { EditDialog } from "@kit/dialog";
import { Field } from "@kit/page";
import { useAgents } from "@lib/directory";
import { clock } from "@lib/format";
import { useMay } from "@lib/session";
import { useUrlState } from "@lib/url";
import { note, useHours, useLog, useNow, useRecords, useSubtypes, type LogLine } from "./api";
import { byHour, threaded } from "./log";
import { Tabs } from "./marks";
import { ChooseTeam, teamKey } from "./team";
import { LOG } from "./permissions";

const LOOKS: Record<string, [Tone, LucideIcon]> = {
  accepted: ["call", FilePlus2],
  dispatch: ["call", Send],
  arrive: ["call", MapPinCheck],
  close: ["ready", CircleCheckBig],
  urge: ["rest", BellRing],
  supervise: ["rest", ShieldAlert],
  reply_supervision: ["ready", MessageSquareReply],
  send_back: ["wrap", Undo2],
  extend: ["wrap", Timer],
  reopen: ["busy", RotateCcw],
  void: ["offline", Ban],
  ordered: ["hold", UserCog],
  bulletin_written: ["wrap", Megaphone],
  bulletin_withdrawn: ["offline", Megaphone],
  signed_out: ["accent", Signature],
  signed_in: ["accent", Signature],
  alarmed: ["busy", Timer],
  appended: ["accent", NotebookPen],
  note: ["accent", NotebookPen],
};
const LOST: [Tone, LucideIcon] = ["busy", PhoneMissed];

function Sentence({ line }: { line: LogLine }) {
  const { t } = useTranslation("handover");
  const [agents, subtype] = [useAgents(), useSubtypes()];
  const about = line.about ?? "";
  const to = about.startsWith("wo_") ? `/work_orders/${about}` : about.startsWith("ca_") ? `/calls/${about}` : about.startsWith("ho_") ? `/handover/${about}` : about.startsWith("bu_") ? "/notices/bulletins" : null;
  const name = line.number || (to ? t("log.open") : "");
  return (
    <span className="handover-said">
      {to && <Link to={to} className="nowrap">{name}</Link>} {line.subtype && <>{subtype(line.subtype)} </>}
      {line.area && <span>{line.area} </span>}
      {line.order && <span>{t(`ordered.${line.order.act as "direct"}`, { agent: agents.name(line.order.agent) ?? "" })} </span>}
      {line.text && <span className="handover-content">{line.text}</span>}
    </span>
  );
}

function Line({ line, corrections, onCorrect }: { line: LogLine; corrections: LogLine[]; onCorrect?: (() => void) | undefined }) {
  const { t } = useTranslation("handover");
  const agents = useAgents();
  const [tone, icon] = LOOKS[line.what] ?? LOST;
  return (
    <li className="handover-line" data-important={line.important}>
      <time dateTime={line.at}>{clock(line.at, false)}</time>
      <Mark tone={tone} icon={icon}>{t(`line.${line.what as "note"}`)}</Mark>
      <span className="stack" style={{ gap: 2 }}>
        <Sentence line={line} />
        {corrections.map((other) => (
          <span key={other.id} className="handover-correction">{t("log.corrected", { who: agents.name(other.who) })}{other.text}</span>
        ))}
      </span>
      <span className="muted nowrap">{line.who ? agents.name(line.who) : t("log.centre")}</span>
      {onCorrect ? <Button size="small" type="text" onClick={onCorrect}>{t("log.correct")}</Button> : <span />}
    </li>
  );
}

function Write({ handover, onDone }: { handover: string | undefined; onDone: () => void }) {
  const { t } = useTranslation("handover");
  const { message } = App.useApp();
  const problem = useProblemText();
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const save = () => {
    setBusy(true);
    note({ text: text.trim(), handover })
      .then(() => {
        setText("");
        onDone();
      })
      .catch((error: unknown) => message.error(problem(error).what))
      .finally(() => setBusy(false));
  };
  return (
    <div className="handover-write">
      <Input.TextArea aria-label={t("log.write")} placeholder={t("log.write_hint")} autoSize={{ minRows: 1, maxRows: 6 }} maxLength={2000} value={text} onChange={(event) => setText(event.target.value)} onKeyDown={(event) => event.key === "Enter" && event.ctrlKey && text.trim() && save()} />
      <Button type="primary" loading={busy} disabled={!text.trim()} onClick={save}>{t("log.add")}</Button>
    </div>
  );
}

export default function LogPage() {
  const { t } = useTranslation("handover");
  const [url, change] = useUrlState(["handover", "show", "after", "team"] as const);
  const may = useMay(LOG);
  const now = useNow(url.team).data;
  const records = useRecords(undefined, now && now.teams.length > 1 ? teamKey(now.team) : undefined).data?.items ?? [];
  const current = now?.current ?? null;
  const handover = url.handover ?? (url.team ? current?.id : undefined);
  const shift = records.find((record) => record.id === url.handover) ?? (url.handover ? null : current);
  const important = url.show !== "all";
  const log = useLog({ handover, important, after: url.after });
  const hours = useHours(handover);
  const [correcting, setCorrecting] = useState<LogLine | null>(null);
  const [wrong, setWrong] = useState("");
  const begins = shift?.begins ?? log.data?.items[0]?.at;
  const grouped = begins ? byHour(log.data?.items ?? [], url.after ? [] : (hours.data ?? []), begins) : [];
  const open = !url.handover || url.handover === current?.id;
  return (
    <Page title={t("log.title")} lead={t("log.lead")}>
      <Tabs />
      <div className="row wrap">
        {now && <ChooseTeam teams={now.teams} value={teamKey(now.team)} onChoose={(team) => change({ team, handover: null, after: null })} />}
        <Select
          aria-label={t("log.shift")}
          style={{ width: 240 }}
          value={url.handover ?? current?.id ?? null}
          options={records.map((record) => ({ value: record.id, label: record.number }))}
          onChange={(id: string) => change({ handover: id === current?.id ? null : id, after: null })}
        />
        <Choose label={t("log.show")} value={important ? "important" : "all"} items={[{ key: "important", label: t("log.important") }, { key: "all", label: t("log.all") }]} onChoose={(key) => change({ show: key === "all" ? "all" : null, after: null })} />
      </div>
      {may && open && <Write handover={current?.id} onDone={() => change({ after: null })} />}
      {log.isError && !log.data && <Trouble error={log.error} retry={() => void log.refetch()} />}
      {!log.data && !log.isError && <Skeletons lines={8} />}
      {log.data && grouped.length === 0 && <Empty icon={BookOpenText} title={t("log.none")}>{t("log.none_todo")}</Empty>}
      {grouped.map((hour) => (
        <Panel
          key={hour.hour}
          flush
          title={`${clock(hour.hour, false)}–${clock(hour.hour + 3_600_000, false)}`}
          extra={<span className="muted">{hour.counts.map(({ what, count }) => `${t(`line.${what as "note"}`)} ${count}`).join(t("comma"))}</span>}
        >
          {hour.lines.length === 0 ? (
            <p className="muted panel-body">{t("log.only_ordinary")}</p>
          ) : (
            <ol className="handover-lines">
              {threaded(hour.lines).map(({ line, corrections }) => (
                <Line key={line.id} line={line} corrections={corrections} onCorrect={may && line.by_hand && !line.corrects ? () => { setWrong(""); setCorrecting(line); } : undefined} />
              ))}
            </ol>
          )}
        </Panel>
      ))}
      {(url.after || log.data?.next) && (
        <div className="row">
          {url.after && <Button onClick={() => change({ after: null })}>{t("log.begin")}</Button>}
          {log.data?.next && <Button onClick={() => change({ after: log.data.next ?? null }, { push: true })}>{t("log.more")}</Button>}
        </div>
      )}
      {correcting && (
        <EditDialog title={t("log.correct_title")} save={t("log.correct")} saved={null} ready={wrong.trim().length > 0} onClose={() => setCorrecting(null)} onSave={() => note({ text: wrong.trim(), corrects: correcting.id })}>
          <p className="handover-remark">{correcting.text}</p>
          <Field label={t("log.correct_label")} htmlFor="correction" required help={t("log.correct_help")}>
            <Input.TextArea id="correction" autoFocus rows={3} maxLength={2000} value={wrong} onChange={(event) => setWrong(event.target.value)} />
          </Field>
        </EditDialog>
      )}
    </Page>
  );
}
