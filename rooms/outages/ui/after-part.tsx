// After supply is back: how far it is known that everybody has it, who is still without, and which orders came of it.
import { App, Button, Input } from "antd";
import { BellRing, CircleCheckBig, CircleDashed, CircleHelp, HeartHandshake, MessageSquareOff, PhoneOff, TriangleAlert, ZapOff, type LucideIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Choose, type Column, Empty, Field, Mark, Notice, Pager, Panel, Short, Table, useProblemText, type Tone } from "@kit";
import { EditDialog } from "@kit/dialog";
import { useAgents } from "@lib/directory";
import { count } from "@lib/format";
import { askMore, closeAsking, useAfter, useAsked, type After, type AfterElement, type AskedOne, type AskedSaid, type Known, type OutageView, type Tally } from "./api";

const KNOWN: Record<Known, [Tone, LucideIcon]> = {
  without: ["busy", ZapOff],
  sure: ["ready", CircleCheckBig],
  open: ["call", CircleDashed],
  silent: ["wrap", MessageSquareOff],
  nobody: ["offline", PhoneOff],
};
const STAGES: Record<After["stage"], [Tone, LucideIcon]> = {
  listing: ["call", CircleDashed],
  asking: ["call", BellRing],
  sure: ["ready", CircleCheckBig],
  stuck: ["wrap", CircleHelp],
  closed: ["offline", CircleCheckBig],
};
const SHOWN: AskedSaid[] = ["no", "yes", "silent", "asked", "unreachable"];

/** How far text messages have come. */
export function WaveBar({ passed, total }: { passed: number; total: number }) {
  const { t } = useTranslation("outages");
  if (total === 0) return <>{t("telling.going_on")}</>;
  return (
    <>
      <span className="after-bar" role="img" aria-label={t("telling.passed", { passed: count(passed), total: count(total) })}>
        <i data-part="asked" style={{ width: `${Math.min(100, (100 * passed) / total)}%` }} />
      </span>
      <span className="muted">{t("telling.passed", { passed: count(passed), total: count(total) })}</span>
    </>
  );
}

function Bar({ of, all }: { of: Tally; all: number }) {
  const { t } = useTranslation("outages");
  const parts = { yes: of.yes + of.mended, no: of.no, silent: of.silent, asked: of.asked };
  const label = Object.entries(parts).map(([key, many]) => `${t(`after.said.${key as "yes"}`)} ${many}`).join("，");
  return (
    <span className="after-bar" role="img" aria-label={label}>
      {all > 0 && Object.entries(parts).map(([key, many]) => many > 0 && <i key={key} data-part={key} style={{ width: `${(100 * many) / all}%` }} />)}
    </span>
  );
}

function Legend({ of }: { of: Tally }) {
  const { t } = useTranslation("outages");
  const parts = { yes: of.yes + of.mended, no: of.no, silent: of.silent, asked: of.asked, waiting: of.waiting, unreachable: of.unreachable };
  return (
    <div className="after-legend">
      {Object.entries(parts).map(([key, many]) => (
        <span key={key} data-part={key}>
          {t(`after.said.${key as "yes"}`)} {count(many)}
        </span>
      ))}
    </div>
  );
}

function Order({ one }: { one: AskedOne }) {
  const { t } = useTranslation("outages");
  if (one.order) return <Link to={`/work_orders/${one.order_number}`}>{one.order_number}</Link>;
  return one.trouble ? <Mark tone="busy" icon={TriangleAlert}>{t("after.order_refused")}</Mark> : <span className="muted">{t("after.being_filed")}</span>;
}

function History({ one }: { one: AskedOne }) {
  const { t } = useTranslation("outages");
  const agents = useAgents();
  return (
    <span>
      {one.steps.map((step) => (
        <span key={`${step.at} ${step.what}`} className="muted">
          <Short at={step.at} /> {step.how && t(`after.how.${step.how}`)} {t(`after.what.${step.what}`)} {step.by && agents.name(step.by)} {["yes", "no"].includes(step.what) && step.note && `“${step.note}”`}{" "}
        </span>
      ))}
    </span>
  );
}

function Asked({ id }: { id: string }) {
  const { t } = useTranslation("outages");
  const [said, setSaid] = useState<AskedSaid>("no");
  const [behind, setBehind] = useState<string | null>(null);
  const page = useAsked(id, said, behind);
  const next = page.data?.next;
  const columns: Column<AskedOne>[] = [
    { key: "who", title: t("affected.name"), cell: (one) => <span>{one.name} <span className="muted nowrap">{one.phone}</span></span> },
    { key: "ord", title: t("affected.rank"), cell: (one) => (one.ord < 5 ? t(`after.ord.${one.ord as 0}`) : "") },
    { key: "number", title: t("affected.number"), cell: (one) => one.number },
    { key: "address", title: t("affected.address"), cell: (one) => one.address },
    { key: "steps", title: t("after.history"), cell: (one) => <History one={one} /> },
    { key: "order", title: t("after.order"), cell: (one) => (one.said === "no" ? <Order one={one} /> : "") },
  ];
  const choose = (key: AskedSaid) => {
    setSaid(key);
    setBehind(null);
  };
  return (
    <Panel flush title={t("after.asked_title")} extra={<Choose small label={t("after.asked_title")} value={said} items={SHOWN.map((key) => ({ key, label: t(`after.said.${key}`) }))} onChoose={choose} />}>
      <Table
        label={t("after.asked_title")}
        columns={columns}
        rows={page.data?.asked}
        rowKey={(one) => one.account}
        empty={<Empty icon={HeartHandshake} title={t("after.none_said")}>{t(`after.none_todo.${said as "no"}`)}</Empty>}
        foot={<Pager words="list" newest={!behind} onNewest={() => setBehind(null)} onOlder={next ? () => setBehind(next) : undefined} />}
      />
    </Panel>
  );
}

function CloseDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation("outages");
  const [why, setWhy] = useState("");
  return (
    <EditDialog title={t("after.close")} save={t("after.close")} ready={why.trim().length >= 2} onClose={onClose} onSave={() => closeAsking(id, why)}>
      <p>{t("after.tells_close")}</p>
      <Field label={t("act.why")} htmlFor="a-why" required help={t("after.help_close")}>
        <Input.TextArea id="a-why" rows={2} maxLength={200} value={why} onChange={(event) => setWhy(event.target.value)} />
      </Field>
    </EditDialog>
  );
}

export function AfterPart({ outage }: { outage: OutageView }) {
  const { t } = useTranslation("outages");
  const { message } = App.useApp();
  const problem = useProblemText();
  const agents = useAgents();
  const after = useAfter(outage.id).data;
  const [closing, setClosing] = useState(false);
  if (!after) return null;
  const [tone, icon] = STAGES[after.stage];
  const all = after.total.waiting + after.total.asked + after.total.yes + after.total.no + after.total.mended + after.total.silent + after.total.unreachable;
  const more = () => void askMore(outage.id, after.waves).catch((error: unknown) => message.error(problem(error).what));
  const name = (one: AfterElement) => one.name || t("after.no_element");
  const proposed = after.elements.filter((one) => one.proposed);
  const columns: Column<AfterElement>[] = [
    { key: "name", title: t("after.element"), cell: (one) => name(one) },
    { key: "known", title: t("column.state"), cell: (one) => <Mark tone={KNOWN[one.known][0]} icon={KNOWN[one.known][1]}>{t(`after.known.${one.known}`)}</Mark> },
    { key: "bar", title: t("after.answers"), cell: (one) => <Bar of={one} all={one.all} /> },
    { key: "yes", title: t("after.said.yes"), num: true, cell: (one) => t("after.of_need", { yes: one.yes + one.mended, need: one.need }) },
    { key: "no", title: t("after.said.no"), num: true, cell: (one) => one.no || "—" },
    { key: "silent", title: t("after.said.silent"), num: true, cell: (one) => one.silent || "—" },
    { key: "asked", title: t("after.said.asked"), num: true, cell: (one) => one.asked || "—" },
    { key: "all", title: t("after.all"), num: true, cell: (one) => one.all },
  ];
  const actions = (
    <span className="row tight not-on-paper">
      {after.allowed.includes("more") && <Button size="small" onClick={more}>{t("after.more")}</Button>}
      {after.allowed.includes("close") && <Button size="small" onClick={() => setClosing(true)}>{t("after.close")}</Button>}
    </span>
  );
  return (
    <>
      <Panel title={t("after.title")} extra={actions}>
        <div className="stack">
          <div className="row tight">
            <Mark tone={tone} icon={icon}>{t(`after.stage.${after.stage}`)}</Mark>
            <span className="muted">
              {t("after.wave", { wave: after.wave, waves: Math.max(after.waves, after.wave) })} {after.next && after.stage === "asking" && <>{t("after.next")} <Short at={after.next} /></>}
              {after.ended_at && (
                <>
                  {" "}
                  <Short at={after.ended_at} /> {agents.name(after.ended_by) ?? t("centre")} {after.why}
                </>
              )}
            </span>
          </div>
          {after.stage === "stuck" && <p>{t("after.stuck_todo")}</p>}
          <Bar of={after.total} all={all} />
          <Legend of={after.total} />
          {proposed.length > 0 && (
            <Notice tone="busy" icon={ZapOff} title={t("after.proposed")}>
              {proposed.map((one) => t("after.proposed_one", { name: name(one), count: one.no })).join("；")}
            </Notice>
          )}
        </div>
      </Panel>
      <Panel flush title={t("after.by_element")}>
        <Table label={t("after.by_element")} columns={columns} rows={after.elements} rowKey={(one) => one.element ?? "none"} empty={<Empty icon={CircleDashed} title={t(after.stage === "listing" ? "after.listing" : "after.nobody")}>{t(after.stage === "listing" ? "after.listing_todo" : "after.nobody_todo")}</Empty>} foot={after.more > 0 ? <p className="muted">{t("after.more_elements", { count: after.more })}</p> : undefined} />
      </Panel>
      <Asked id={outage.id} />
      {closing && <CloseDialog id={outage.id} onClose={() => setClosing(false)} />}
    </>
  );
}
