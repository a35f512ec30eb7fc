// A handover with all that is on it: who has signed, what is left one by one, figures, what was said in words; written while the
// shift works, verified with the keyboard afterwards.
import { App, Button, Input } from "antd";
import { ClipboardList, ListChecks, PenLine, Plus, Printer, Signature as Sign, UserRoundCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty, Field, Moment, Notice, Panel, useProblemText } from "@kit";
import { EditDialog } from "@kit/dialog";
import { useAgents } from "@lib/directory";
import { useHotkeys } from "@lib/hotkeys";
import { act, SECTIONS, STATES, type Act, type Item, type Record_, type Section, type Signature } from "./api";
import { ItemCard } from "./item";
import { Bulletins, Figures, Orders, Outages } from "./left";
import { Short, useBarred } from "./marks";
import { moved, nextOpen, permitted, progress } from "./verify";

type Do = (what: Act) => Promise<Record_ | null>;

/** The four states in a row, with who brought it there and when. */
function Way({ record }: { record: Record_ }) {
  const { t } = useTranslation("handover");
  const agents = useAgents();
  // What is reached is done; the step after it is being worked on.
  const at = record.state === "draft" ? 0 : STATES.indexOf(record.state) + 1;
  const outgoing = record.signatures.outgoing;
  const incoming = record.signatures.incoming;
  const signed = typeof incoming === "object" && incoming ? incoming : null;
  const by = (signature: Signature) => <>{agents.name(signature.by)} <Short at={signature.at} /></>;
  const under = [
    <Short key="begins" at={record.begins} />,
    outgoing ? by(outgoing) : null,
    record.incoming && !signed ? agents.name(record.incoming) : signed ? t("way.items", { count: record.items.length }) : null,
    signed ? by(signed) : <>{t("way.until")} <Short key="until" at={record.sign_by} /></>,
  ];
  return (
    <ol className="handover-way" aria-label={t("way.title")}>
      {STATES.map((state, place) => (
        <li key={state} aria-current={place === at ? "step" : undefined} data-done={place < at}>
          <b>{t(`way.${state}`)}</b>
          <span className="muted">{under[place]}</span>
        </li>
      ))}
    </ol>
  );
}

function AskDialog({ title, label, help, save, most, onSave, onClose }: { title: string; label: string; help?: string; save: string; most: number; onSave: (text: string) => Promise<unknown>; onClose: () => void }) {
  const [text, setText] = useState("");
  return (
    <EditDialog title={title} save={save} saved={null} ready={text.trim().length > 1} onClose={onClose} onSave={() => onSave(text.trim())}>
      <Field label={label} htmlFor="asked-text" required help={help}>
        <Input.TextArea id="asked-text" autoFocus rows={4} maxLength={most} value={text} onChange={(event) => setText(event.target.value)} />
      </Field>
    </EditDialog>
  );
}

function Items({ record, run }: { record: Record_; run: Do }) {
  const { t } = useTranslation("handover");
  const [chosen, setChosen] = useState<string | null>(null);
  const [asking, setAsking] = useState<{ what: "query" | "answer"; item: Item } | null>(null);
  const { items } = record;
  const may = (verb: Parameters<typeof permitted>[1]) => { const { shown, barred } = permitted(record.allowed, verb); return shown && !barred; };
  const [verify, answer, draft] = [may("accept"), may("answer"), record.state === "draft"];
  const here = items.find((item) => item.about === chosen) ?? null;
  const accept = (item: Item) =>
    void run({ act: "accept", about: item.about }).then((next) => next && setChosen(nextOpen(next.items, item.about)));
  useHotkeys(
    {
      j: () => setChosen(moved(items, chosen, 1)),
      k: () => setChosen(moved(items, chosen, -1)),
      a: () => here && here.verdict?.is !== "accepted" && accept(here),
      q: () => here && setAsking({ what: "query", item: here }),
    },
    verify && !asking,
  );
  const done = progress(items);
  return (
    <Panel
      flush
      title={t(draft ? "items.title_draft" : "items.title", { count: items.length })}
      extra={
        !draft && record.state !== "signed_in" ? (
          <span className="handover-progress" role="status">
            {t("items.progress", { ...done })}
            <progress max={items.length} value={items.length - done.left} aria-label={t("items.title", { count: items.length })} />
          </span>
        ) : undefined
      }
    >
      {verify && items.length > 0 && <p className="handover-keys muted"><kbd>J</kbd> <kbd>K</kbd> {t("keys.move")} <kbd>A</kbd> {t("act.accept")} <kbd>Q</kbd> {t("act.query")}</p>}
      {items.length === 0 ? (
        <Empty icon={ClipboardList} title={t("items.none")}>{t("items.none_todo")}</Empty>
      ) : (
        <div className="handover-items">
          {items.map((item) => (
            <ItemCard
              key={item.about}
              item={item}
              selected={item.about === chosen}
              onSelect={() => setChosen(item.about)}
              onRemark={draft && may("remark") ? (text) => void run({ act: "remark", about: item.about, text }) : undefined}
              onAccept={verify ? () => accept(item) : undefined}
              onQuery={verify ? () => setAsking({ what: "query", item }) : undefined}
              onAnswer={answer ? () => setAsking({ what: "answer", item }) : undefined}
            />
          ))}
        </div>
      )}
      {asking && (
        <AskDialog
          title={t(`ask.${asking.what}`, { number: asking.item.matter.number })}
          label={t(`ask.${asking.what}_label`)}
          save={t(`act.${asking.what}`)}
          most={500}
          onClose={() => setAsking(null)}
          onSave={(text) => act(record.id, asking.what === "query" ? { act: "query", about: asking.item.about, question: text } : { act: "answer", about: asking.item.about, text })}
        />
      )}
    </Panel>
  );
}

/** What is said in words; each is kept when its field is left. */
function Sections({ record, run }: { record: Record_; run: Do }) {
  const { t } = useTranslation("handover");
  const may = permitted(record.allowed, "write").shown;
  const [text, setText] = useState<Partial<Record<Section, string>>>(record.sections);
  const [was, setWas] = useState(record.sections);
  // What a colleague has written meanwhile; what is being typed here stays.
  if (was !== record.sections) {
    setWas(record.sections);
    setText((typed) => Object.fromEntries(SECTIONS.map((section) => [section, typed[section] !== was[section] ? typed[section] : record.sections[section]])));
  }
  const write = (section: Section) => {
    const words = (text[section] ?? "").trim();
    if (words !== (record.sections[section] ?? "")) void run({ act: "write", sections: { [section]: words } });
  };
  const none = () => {
    const rest = Object.fromEntries(SECTIONS.filter((section) => section !== "summary" && !(text[section] ?? "").trim()).map((section) => [section, t("none")]));
    if (Object.keys(rest).length > 0) void run({ act: "write", sections: rest });
  };
  return (
    <Panel title={t("sections.title")} extra={may && <Button size="small" onClick={none}>{t("sections.rest_none")}</Button>}>
      <div className="handover-sections">
        {SECTIONS.map((section) => (
          <Field key={section} label={t(`section.${section}`)} {...(may ? { htmlFor: `s-${section}`, required: true } : {})}>
            {may ? (
              <Input.TextArea
                id={`s-${section}`}
                autoSize={{ minRows: section === "summary" ? 3 : 1, maxRows: 10 }}
                maxLength={2000}
                placeholder={t(`section_hint.${section}`)}
                value={text[section] ?? ""}
                onChange={(event) => setText({ ...text, [section]: event.target.value })}
                onBlur={() => write(section)}
              />
            ) : (
              <p className="handover-content">{record.sections[section] ?? "—"}</p>
            )}
          </Field>
        ))}
      </div>
    </Panel>
  );
}

function Appendix({ record }: { record: Record_ }) {
  const { t } = useTranslation("handover");
  const agents = useAgents();
  const [open, setOpen] = useState(false);
  const may = permitted(record.allowed, "append").shown;
  if (record.state === "draft" || (record.appendix.length === 0 && !may)) return null;
  return (
    <Panel title={t("appendix.title")} extra={may && <Button size="small" icon={<Plus size={14} aria-hidden />} onClick={() => setOpen(true)}>{t("act.append")}</Button>}>
      {record.appendix.length === 0 ? (
        <p className="muted">{t("appendix.none")}</p>
      ) : (
        <ol className="handover-bulletins">
          {record.appendix.map((added) => (
            <li key={added.at}>
              <span className="row tight"><b>{agents.name(added.by)}</b> <Moment at={added.at} seconds={false} /></span>
              <span className="handover-content">{added.text}</span>
            </li>
          ))}
        </ol>
      )}
      {open && <AskDialog title={t("appendix.title")} label={t("appendix.text")} help={t("appendix.help")} save={t("act.append")} most={2000} onClose={() => setOpen(false)} onSave={(text) => act(record.id, { act: "append", text })} />}
    </Panel>
  );
}

/** On paper: two lines to sign by hand, with what was signed here. */
function OnPaper({ record }: { record: Record_ }) {
  const { t } = useTranslation("handover");
  const agents = useAgents();
  const incoming = typeof record.signatures.incoming === "object" ? record.signatures.incoming : null;
  const line = (label: string, signature: Signature | null | undefined) => (
    <p>
      {label}：{signature ? <>{agents.name(signature.by)} <Moment at={signature.at} /> <small>SHA-256 {signature.seal}</small></> : "________________"}
    </p>
  );
  return <div className="handover-paper">{line(t("paper.outgoing"), record.signatures.outgoing)}{line(t("paper.incoming"), incoming)}</div>;
}

/** The buttons of a record: signing, taking the verification over, printing. */
export function useRun(record: Record_ | undefined) {
  const { message } = App.useApp();
  const problem = useProblemText();
  return async (what: Act): Promise<Record_ | null> => {
    if (!record) return null;
    try {
      return await act(record.id, what);
    } catch (error) {
      void message.error(problem(error).what);
      return null;
    }
  };
}

export function Actions({ record }: { record: Record_ }) {
  const { t } = useTranslation("handover");
  const { modal, message } = App.useApp();
  const why = useBarred();
  const run = useRun(record);
  const [out, over, into] = [permitted(record.allowed, "sign_out"), permitted(record.allowed, "take_over"), permitted(record.allowed, "sign_in")];
  const sure = (what: "sign_out" | "sign_in" | "take_over") =>
    void modal.confirm({
      title: t(`sure.${what}`, { shift: record.shift }),
      content: t(`sure.${what}_what`),
      okText: t(`act.${what}`),
      onOk: async () => {
        if (await run({ act: what })) void message.success(t(`done.${what}`));
      },
    });
  const other = record.incoming !== null && into.barred?.code === "other_incoming";
  return (
    <>
      <Button icon={<Printer size={16} aria-hidden />} onClick={() => window.print()}>{t("print")}</Button>
      {other && over.shown && !over.barred && <Button icon={<UserRoundCheck size={16} aria-hidden />} onClick={() => sure("take_over")}>{t("act.take_over")}</Button>}
      {out.shown && <Button type="primary" icon={<Sign size={16} aria-hidden />} disabled={out.barred !== null} title={why(out.barred)} onClick={() => sure("sign_out")}>{t("act.sign_out")}</Button>}
      {into.shown && into.barred?.code !== "own_signature" && <Button type="primary" icon={<Sign size={16} aria-hidden />} disabled={into.barred !== null} title={why(into.barred)} onClick={() => sure("sign_in")}>{t("act.sign_in")}</Button>}
    </>
  );
}

/** What is to be done next, in a sentence. */
function Advice({ record }: { record: Record_ }) {
  const { t } = useTranslation("handover");
  const why = useBarred();
  const [out, into] = [permitted(record.allowed, "sign_out"), permitted(record.allowed, "sign_in")];
  if (record.state === "draft") {
    if (!out.shown) return null;
    return <Notice tone={out.barred ? "call" : "ready"} icon={PenLine} title={out.barred ? (why(out.barred) ?? "") : t("advice.sign_out")}>{t("advice.draft")}</Notice>;
  }
  if (!into.shown) return null;
  if (into.barred?.code === "own_signature") return <Notice tone={record.unanswered > 0 ? "busy" : "call"} icon={ListChecks} title={t(record.unanswered > 0 ? "advice.answer" : "advice.wait", { count: record.unanswered })}>{t("advice.wait_what")}</Notice>;
  return <Notice tone={into.barred ? "wrap" : "ready"} icon={ListChecks} title={into.barred ? (why(into.barred) ?? "") : t("advice.sign_in")}>{t("advice.verify")}</Notice>;
}

export function RecordBody({ record }: { record: Record_ }) {
  const run = useRun(record);
  return (
    <>
      <Way record={record} />
      <Advice record={record} />
      <Figures left={record.left} />
      <Items record={record} run={run} />
      <div className="handover-columns">
        <Sections key={record.id} record={record} run={run} />
        <div className="stack">
          <Orders left={record.left} />
          <Outages left={record.left} />
          <Bulletins left={record.left} />
        </div>
      </div>
      <Appendix record={record} />
      <OnPaper record={record} />
    </>
  );
}
