// What a shift leaves beside single matters: calls, seats, orders by kind, outages, bulletins.
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Empty, Mark, Panel, Table, Tile } from "@kit";
import { count, duration, percent } from "@lib/format";
import { CircleCheckBig, Hourglass, Megaphone, Volume2, VolumeX } from "lucide-react";
import type { Left } from "./api";
import { Short } from "./marks";

export function Figures({ left }: { left: Left }) {
  const { t } = useTranslation("handover");
  const { calls, orders } = left;
  const sum = (of: "accepted" | "closed" | "open" | "overdue") => orders.reduce((all, kind) => all + kind[of], 0);
  return (
    <div className="tiles">
      <Tile title={t("figure.calls")} value={count(calls.offered)} note={t("figure.calls_note", { requests: calls.requests, abandoned: calls.abandoned })} />
      <Tile title={t("figure.k1")} value={percent(calls.requests ? calls.answered / calls.requests : null)} unit="%" note={t("figure.k1_note", { answered: calls.answered })} />
      <Tile title={t("figure.longest")} value={duration(calls.longest_wait_ms)} />
      <Tile title={t("figure.seats")} value={count(left.seats)} />
      <Tile title={t("figure.orders")} value={count(sum("accepted"))} note={t("figure.closed", { count: sum("closed") })} />
      <Tile title={t("figure.open")} value={count(sum("open"))} {...(sum("overdue") > 0 ? { tone: "busy" as const, note: t("figure.overdue", { count: sum("overdue") }) } : {})} />
    </div>
  );
}

/** Orders by kind: how many came and went, and how many open ones stand on no list. */
export function Orders({ left }: { left: Left }) {
  const { t } = useTranslation("handover");
  const number = (value: number, to?: string) => (value === 0 ? <span className="muted">0</span> : to ? <Link to={to}>{count(value)}</Link> : count(value));
  return (
    <Panel flush title={t("orders.title")}>
      <Table
        label={t("orders.title")}
        rows={left.orders}
        rowKey={(row) => row.kind}
        empty={<p className="muted panel-body">{t("orders.none")}</p>}
        columns={[
          { key: "kind", title: t("orders.kind"), cell: (row) => t(`kind.${row.kind as "fault"}`) },
          { key: "accepted", title: t("orders.accepted"), num: true, cell: (row) => number(row.accepted) },
          { key: "closed", title: t("orders.closed"), num: true, cell: (row) => number(row.closed) },
          { key: "open", title: t("orders.open"), num: true, cell: (row) => number(row.open, `/work_orders?open=true&kind=${row.kind}`) },
          { key: "overdue", title: t("orders.overdue"), num: true, cell: (row) => number(row.overdue, `/work_orders?overdue=true&kind=${row.kind}`) },
          { key: "rest", title: t("orders.rest"), num: true, cell: (row) => number(row.rest) },
        ]}
        foot={left.owed_rest > 0 ? <p className="muted panel-body">{t("orders.owed_rest", { count: left.owed_rest })}</p> : undefined}
      />
    </Panel>
  );
}

const GREETS = { speaks: ["accent", Volume2], waits: ["wrap", Hourglass], silent: ["offline", VolumeX] } as const;

/** What goes on and what begins within a day, and whether callers hear of it. */
export function Outages({ left }: { left: Left }) {
  const { t } = useTranslation("handover");
  const rows = left.outages ?? [];
  return (
    <Panel flush title={t("outages.title")} extra={<Link to="/outages">{t("outages.all")}</Link>}>
      <Table
        label={t("outages.title")}
        rows={rows}
        rowKey={(row) => row.id}
        to={(row) => `/outages/${row.id}`}
        empty={<Empty icon={CircleCheckBig} title={t("outages.none")}>{t("outages.none_todo")}</Empty>}
        columns={[
          { key: "number", title: t("outages.number"), cell: (row) => <Link to={`/outages/${row.id}`}>{row.number}</Link> },
          { key: "area", title: t("outages.area"), cell: (row) => row.area },
          { key: "affected", title: t("outages.affected"), num: true, cell: (row) => count(row.affected) },
          { key: "starts", title: t("outages.starts"), cell: (row) => <>{t(row.begun ? "outages.begun" : "outages.coming")} <Short at={row.starts} /></> },
          { key: "ends", title: t("outages.ends"), cell: (row) => (row.stale ? <Mark tone="busy" icon={Hourglass}>{t("outages.stale")}</Mark> : row.ends ? <Short at={row.ends} /> : "—") },
          { key: "greets", title: t("outages.greets"), cell: (row) => <Mark tone={GREETS[row.greets][0]} icon={GREETS[row.greets][1]}>{t(`outages.${row.greets}`)}</Mark> },
        ]}
      />
    </Panel>
  );
}

export function Bulletins({ left }: { left: Left }) {
  const { t } = useTranslation("handover");
  return (
    <Panel title={t("bulletins.title")} extra={<Link to="/notices/bulletins">{t("bulletins.all")}</Link>}>
      {left.bulletins.length === 0 ? (
        <Empty icon={Megaphone} title={t("bulletins.none")}>{t("bulletins.none_todo")}</Empty>
      ) : (
        <ul className="handover-bulletins">
          {left.bulletins.map((bulletin) => (
            <li key={bulletin.id}>
              <span className="row tight wrap">
                <b>{t(`topic.${bulletin.topic as "staff"}`)}</b>
                {bulletin.region && <span>{bulletin.region}</span>}
                <span className="muted">{t("bulletins.until")} <Short at={bulletin.valid_until} /></span>
                {bulletin.musts > 0 && <span className={bulletin.reads < bulletin.musts ? "handover-unread" : "muted"}>{t("bulletins.read", { reads: bulletin.reads, musts: bulletin.musts })}</span>}
              </span>
              <span className="handover-content">{bulletin.text}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
