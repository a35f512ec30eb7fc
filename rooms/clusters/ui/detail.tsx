// One suspected outage: what would be said and the one button beside it; how it grew, from where, by whom.
import { App, Button, Input } from "antd";
import { Check, FileText, PhoneIncoming, Volume2 } from "lucide-react";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Empty, Field, Mark, Notice, Panel, Short, Skeleton, Table, Timer, useProblemText, type Column } from "@kit";
import { EditDialog } from "@kit/dialog";
import { useAgents } from "@lib/directory";
import { count } from "@lib/format";
import { act, type Node, type Row, type Whole } from "./api";
import { Path, StateMark, Why } from "./marks";
import { branches, utilityOf } from "./shape";
import "./clusters.css";

const SignalsChart = lazy(() => import("./signals-chart"));

function Dismiss({ of, onClose }: { of: Whole; onClose: () => void }) {
  const { t } = useTranslation("clusters");
  const [why, setWhy] = useState("");
  const title = t(`act.dismiss_${utilityOf(of.path)}`);
  return (
    <EditDialog title={title} save={title} saved={null} ready={why.trim().length >= 2} onClose={onClose} onSave={() => act(of, "dismiss", why)}>
      <p>{t("act.tells_dismiss", { count: of.households })}</p>
      <Field label={t("act.why")} htmlFor="why" required help={t("act.help_why")}>
        <Input.TextArea id="why" rows={2} maxLength={200} autoFocus value={why} onChange={(event) => setWhy(event.target.value)} />
      </Field>
    </EditDialog>
  );
}

/** Somebody who writes keeps the focus: his Enter is meant for what he writes. */
const writes = () => document.activeElement?.matches("input, textarea, select, [contenteditable='true']") ?? false;

/** Enter is enough: the button has the focus, and what it does stands beside it. A key that is still held down from choosing is
 * not a confirmation. */
function Decide({ of }: { of: Whole }) {
  const { t } = useTranslation("clusters");
  const { message } = App.useApp();
  const problem = useProblemText();
  const [busy, setBusy] = useState(false);
  const [asks, setAsks] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!writes()) button.current?.focus();
  }, []);
  const utility = utilityOf(of.path);
  const may = (what: "confirm" | "dismiss") => of.allowed.includes(what);
  async function confirm(): Promise<void> {
    setBusy(true);
    try {
      await act(of, "confirm");
      message.success(t("act.confirmed", { count: of.customers }));
    } catch (error) {
      message.error(problem(error).what);
    } finally {
      setBusy(false);
    }
  }
  return (
    <div className="clu-decide">
      <Button ref={button} type="primary" size="large" danger onKeyDown={(event) => event.repeat && event.preventDefault()} loading={busy} disabled={!may("confirm")} title={may("confirm") ? undefined : t("act.not_yours")} icon={<Check size={18} aria-hidden />} onClick={() => void confirm()}>
        {t(`act.confirm_${utility}`)} <kbd>Enter</kbd>
      </Button>
      <Button size="large" disabled={!may("dismiss")} title={may("dismiss") ? undefined : t("act.not_yours")} onClick={() => setAsks(true)}>
        {t(`act.dismiss_${utility}`)}
      </Button>
      {asks && <Dismiss of={of} onClose={() => setAsks(false)} />}
    </div>
  );
}

function Said({ of }: { of: Whole }) {
  const { t } = useTranslation("clusters");
  if (!of.said) return null;
  return (
    <Panel title={t("said.title")} extra={<Mark tone="accent" icon={Volume2}>{t("said.at_once")}</Mark>}>
      <div className="stack">
        <Field label={t("said.own", { count: of.customers })}>
          <blockquote className="heard">{of.said.own}</blockquote>
        </Field>
        {of.said.others ? (
          <Field label={t("said.others")}>
            <blockquote className="heard">{of.said.others}</blockquote>
          </Field>
        ) : (
          <span className="muted">{t("said.only_own")}</span>
        )}
        <Decide of={of} />
      </div>
    </Panel>
  );
}

function Decided({ of }: { of: Whole }) {
  const { t } = useTranslation("clusters");
  const agents = useAgents();
  // A person whom the directory does not know is a person all the same.
  const who = of.decided_by === null ? t("decided.by_itself") : (agents.name(of.decided_by) ?? t("decided.somebody"));
  switch (of.state) {
    case "confirmed":
      return (
        <Notice tone="ready" title={t("decided.confirmed", { who })} action={of.outage ? <Link to={`/outages/${of.outage}`}>{t("decided.open_outage")}</Link> : undefined}>
          {t("decided.heard", { count: of.heard ?? 0 })}
        </Notice>
      );
    case "dismissed":
      return <Notice tone="offline" title={t("decided.dismissed", { who })}>{of.why}</Notice>;
    case "expired":
      return <Notice tone="offline" title={t("decided.expired")}>{t("decided.expired_why")}</Notice>;
    case "merged":
      return <Notice tone="rest" title={t("decided.merged")} action={of.into ? <Link to={`/clusters/${of.into}`}>{of.into}</Link> : undefined} />;
    case "proposed":
      return null;
  }
}

function Tree({ nodes }: { nodes: Node[] }) {
  const { t } = useTranslation("clusters");
  const most = Math.max(1, ...nodes.map((node) => node.households));
  return (
    <ul className="clu-tree" aria-label={t("tree.title")}>
      {branches(nodes).map(({ node, depth }) => (
        <li key={node.key} style={{ paddingInlineStart: depth * 20 }}>
          <span className="clu-node"><span className="muted">{t(`kind.${node.kind}`)}</span> {node.name}</span>
          <span className="clu-bar" aria-hidden><i style={{ width: `${(node.households / most) * 100}%` }} /></span>
          <span className="nowrap num">{t("tree.of", { count: node.households, customers: count(node.customers) })}</span>
        </li>
      ))}
    </ul>
  );
}

function Evidence({ of }: { of: Whole }) {
  const { t } = useTranslation("clusters");
  const columns: Column<Row>[] = [
    { key: "at", title: t("column.at"), cell: (one) => <Short at={one.at} /> },
    {
      key: "what",
      title: t("column.what"),
      cell: (one) =>
        one.order_number ? (
          <Link to={`/work_orders/${one.order_number}`}><Mark tone="accent" icon={FileText}>{one.order_number}</Mark></Link>
        ) : one.call ? (
          <Link to={`/calls/${one.call}`}><Mark tone="call" icon={PhoneIncoming}>{t("row.call")}</Mark></Link>
        ) : "—",
    },
    { key: "says", title: t("column.says"), cell: (one) => <span>{t(`says.${one.says}`)} <span className="muted">{t(`rank.${one.rank as 0 | 1 | 2}`)}</span></span> },
    { key: "who", title: t("column.who"), cell: (one) => (one.customer ? <Link to={`/customers/${one.customer}`}>{one.name}</Link> : "—") },
    { key: "where", title: t("column.where"), cell: (one) => one.address || "—" },
  ];
  return (
    <Panel flush title={t("evidence.title", { count: of.signals })}>
      <Table label={t("evidence.title", { count: of.signals })} columns={columns} rows={of.rows} rowKey={(one) => `${one.call ?? ""}${one.order ?? ""}`} empty={<Empty icon={PhoneIncoming} title={t("evidence.none")} />} />
    </Panel>
  );
}

export function Detail({ of }: { of: Whole }) {
  const { t } = useTranslation("clusters");
  const open = of.state === "proposed";
  return (
    <div className="stack" style={{ gap: 16 }}>
      <div className="clu-head">
        <div>
          <h2>{of.area}</h2>
          <Path of={of} />
        </div>
        <span className="grow" />
        <StateMark state={of.state} />
        <div className="clu-figure"><b className="num">{count(of.households)}</b><span>{t("figure.households")}</span></div>
        <div className="clu-figure"><b className="num">{count(of.customers)}</b><span>{t("figure.customers")}</span></div>
        <div className="clu-figure"><b className="num">{open ? <Timer since={of.first} label={t("figure.since")} /> : <Short at={of.first} />}</b><span>{t("figure.since")}</span></div>
      </div>
      <Decided of={of} />
      <Said of={of} key={of.number} />
      <div className="clu-two">
        <Panel title={t("chart.title")} extra={<span className="muted"><Why of={of} /></span>}>
          <Suspense fallback={<Skeleton height={180} />}><SignalsChart marks={of.marks} live={open} /></Suspense>
        </Panel>
        <Panel title={t("tree.title")}><Tree nodes={of.nodes} /></Panel>
      </div>
      <Evidence of={of} />
    </div>
  );
}
