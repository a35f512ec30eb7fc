// One finding: what was compared, side by side, with the way to recording and order; and the ruling.
import { Button, Input } from "antd";
import { ArrowLeft, ClipboardCheck, PhoneCall, PhoneOff, SearchX } from "lucide-react";
import { useId, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { Empty, Facts, Field, Moment, Notice, Page, Panel, Skeletons, Trouble, useProblemText } from "@kit";
import { useAgents, useUnits } from "@lib/directory";
import { duration } from "@lib/format";
import { rule, useFinding, type Finding, type Hint, type Shown } from "./api";
import { FindingMark } from "./marks";
import { isMissing, sides } from "./sides";
import "./complaints.css";

function HintLine({ hint }: { hint: Hint }) {
  const { t } = useTranslation("complaints");
  switch (hint.hint) {
    case "chose":
      return <span>{t("hint.chose", { queue: hint.queue })}{hint.keys ? ` ${t("hint.keys", { keys: hint.keys })}` : ""}</span>;
    case "reason":
      return <span>{t("hint.reason", { code: hint.code })}</span>;
    case "later":
      return (
        <span>
          {t("hint.later")} <Link to={`/work_orders/${hint.order}`}>{hint.number}</Link> <Moment at={hint.at} seconds={false} />
        </span>
      );
  }
}

function Pair({ left, right }: { left: [string, ReactNode]; right: [string, ReactNode] }) {
  return (
    <span className="exhibit-pair">
      {[left, right].map(([label, value]) => (
        <span key={label}>
          <span className="muted">{label}</span>
          <b>{value}</b>
        </span>
      ))}
    </span>
  );
}

function Thing({ one }: { one: Shown }) {
  const { t } = useTranslation("complaints");
  const agents = useAgents();
  const at = (when: string) => <Moment at={when} seconds={false} />;
  switch (one.shown) {
    case "call":
      return (
        <>
          <Link to={`/calls/${one.call}`} className="row tight">
            <PhoneCall size={15} aria-hidden /> {t("shown.call")}
          </Link>
          <span>{at(one.at)} · {agents.name(one.agent) ?? "—"} · {t("shown.talked", { time: duration(one.talk_s * 1000) })}</span>
          {one.hints.map((hint) => (
            <HintLine key={hint.hint} hint={hint} />
          ))}
          <span className="muted">{t("shown.listen")}</span>
        </>
      );
    case "no_call":
      return (
        <>
          <span className="row tight"><PhoneOff size={15} aria-hidden /> {one.call ? t("shown.call_unknown") : t("shown.no_call")}</span>
          <span>{at(one.from)} – {at(one.to)}</span>
        </>
      );
    case "order":
      return (
        <>
          <Link to={`/work_orders/${one.order}`} className="row tight">
            <ClipboardCheck size={15} aria-hidden /> {one.number}
          </Link>
          <span>{at(one.at)} · {t(`order_kind.${one.kind}` as "order_kind.fault")} · {agents.name(one.by) ?? "—"}</span>
        </>
      );
    case "no_order":
      return (
        <>
          <span className="row tight"><SearchX size={15} aria-hidden /> {t("shown.no_order")}</span>
          <span>{t("shown.until")} {at(one.until)}</span>
        </>
      );
    case "replayed":
      return (
        <>
          <span>{t("shown.field", { field: one.field })}</span>
          <Pair left={[t("shown.kept"), one.kept || "—"]} right={[t("shown.history"), one.history || "—"]} />
        </>
      );
    case "journal":
      return (
        <>
          <span>{t("shown.step", { seq: one.seq })} · {t("shown.field", { field: one.field })}</span>
          <Pair left={[t("shown.kept"), one.kept || "—"]} right={[t("shown.journal"), one.journal || "—"]} />
        </>
      );
    case "text":
      return (
        <>
          <span className="row tight">
            <Link to={`/work_orders/${one.order}`}>{one.number}</Link>
            <span className="grow" />
            <span className="muted">{t("shown.alike", { percent: one.alike_percent })}</span>
          </span>
          <span className="case-words">{one.text}</span>
        </>
      );
    case "times":
      return (
        <>
          <span>{t(`odd.${one.odd}`)}</span>
          <Pair left={[t(`odd_first.${one.odd}`), at(one.first)]} right={[t(`odd_second.${one.odd}`), at(one.second)]} />
        </>
      );
    case "elsewhere":
      return (
        <>
          <Link to={`/work_orders/${one.order}`}>{t("shown.elsewhere")}</Link>
          <span>{at(one.at)} · {t("shown.metres", { km: (one.metres / 1000).toFixed(1) })}</span>
        </>
      );
    case "arrival":
      return <Pair left={[t("shown.crew"), at(one.recorded)]} right={[t("shown.customer"), one.told ? at(one.told) : t("shown.nobody_came")]} />;
    case "asked":
      return (
        <>
          <span>{t("shown.asked")}</span>
          <span>{at(one.at)} · {agents.name(one.by)}</span>
        </>
      );
    case "words":
      return <span className="case-words">{one.text}</span>;
  }
}

function Side({ title, things }: { title: string; things: Shown[] }) {
  return (
    <section className="compared-side" aria-label={title}>
      <b>{title}</b>
      {things.map((one, place) => (
        <div key={place} className="exhibit" data-missing={isMissing(one)}>
          <Thing one={one} />
        </div>
      ))}
    </section>
  );
}

function Ruling({ of }: { of: Finding }) {
  const { t } = useTranslation("complaints");
  const agents = useAgents();
  const problem = useProblemText();
  const id = useId();
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState<"yes" | "no" | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  if (of.ruling)
    return (
      <Panel title={t("ruling.title")}>
        <div className="stack" style={{ gap: 6 }}>
          <FindingMark state={of.state} kind={of.kind} />
          <span className="case-words">{of.ruling.reason}</span>
          <span className="muted"><Moment at={of.ruling.at} seconds={false} /> {agents.name(of.ruling.by)}</span>
          {of.state === "confirmed" && <span className="soft">{t("ruling.counts", { rule: t(`rule.${of.rule}` as "rule.A8"), month: of.month })}</span>}
        </div>
      </Panel>
    );
  if (!of.may_rule) return <Notice tone="accent" title={t("ruling.waits")}>{t("ruling.waits_todo")}</Notice>;
  const send = (confirmed: boolean) => {
    setBusy(confirmed ? "yes" : "no");
    setFailed(null);
    rule(of.id, confirmed, reason.trim()).catch(setFailed).finally(() => setBusy(null));
  };
  const ready = [...reason.trim()].length >= 4;
  return (
    <Panel title={t("ruling.title")}>
      <div className="stack">
        {failed ? <Notice tone="busy" title={problem(failed).what} /> : null}
        <span className="soft">{t("ruling.consequence", { rule: t(`rule.${of.rule}` as "rule.A8"), month: of.month })}</span>
        <Field label={t("ruling.reason")} htmlFor={id} required>
          <Input.TextArea id={id} value={reason} maxLength={500} autoSize={{ minRows: 2, maxRows: 6 }} onChange={(event) => setReason(event.target.value)} />
        </Field>
        <div className="row">
          <span className="grow" />
          <Button disabled={!ready} loading={busy === "no"} onClick={() => send(false)}>{t("ruling.dismiss")}</Button>
          <Button type="primary" danger={of.kind !== "proper"} disabled={!ready} loading={busy === "yes"} onClick={() => send(true)}>{t("ruling.confirm")}</Button>
        </div>
      </div>
    </Panel>
  );
}

export default function FindingPage() {
  const { t } = useTranslation("complaints");
  const { id = "" } = useParams();
  const query = useFinding(id);
  const [agents, units] = [useAgents(), useUnits()];
  const of = query.data;
  if (query.isError && !of) return <Trouble page error={query.error} retry={() => void query.refetch()} />;
  if (!of)
    return (
      <Page title={t("findings.title")}>
        <Skeletons lines={10} />
      </Page>
    );
  const { left, right } = sides(of.evidence);
  return (
    <Page
      title={t(`finding.${of.kind}`)}
      heading={
        <span className="row">
          <Link to="/complaints/findings" aria-label={t("findings.back")} className="row">
            <ArrowLeft size={20} aria-hidden />
          </Link>
          {t(`finding.${of.kind}`)}
          <FindingMark state={of.state} kind={of.kind} chip />
        </span>
      }
      lead={t(`shows.${of.kind}`)}
    >
      <div className="case-columns">
        <Panel title={t("findings.compared")}>
          {of.evidence.length === 0 ? (
            <Empty icon={SearchX} title={t("evidence.none")} />
          ) : (
            <div className={left.length > 0 && right.length > 0 ? "compared" : "stack"}>
              {left.length > 0 && <Side title={t("side.call")} things={left} />}
              {right.length > 0 && <Side title={t("side.order")} things={right} />}
            </div>
          )}
        </Panel>
        <div className="stack" style={{ gap: 16 }}>
          <Panel title={t("findings.about")}>
            <Facts
              items={[
                [t("column.who"), agents.name(of.person) ?? "—"],
                [t("column.unit"), units.name(of.unit) ?? "—"],
                [t("column.month"), of.month],
                [t("column.rule"), t(`rule.${of.rule}` as "rule.A8")],
                [t("column.found"), <Moment key="at" at={of.found_at} seconds={false} />],
                [t("findings.by"), agents.name(of.by) ?? t("by_itself")],
              ]}
            />
          </Panel>
          <Ruling of={of} />
        </div>
      </div>
    </Page>
  );
}
