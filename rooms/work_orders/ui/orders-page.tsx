// Work orders: the views people work from, as a list, as a board, and as a map of deadlines.
import { Button } from "antd";
import { ChartNoAxesColumn, CircleCheckBig, Columns3, FilePlus2, List as ListIcon, Map as MapIcon, TriangleAlert } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { Choose, ListMoment, Nothing, Notice, Page, Pager, Panel, Skeletons, Table, Trouble, type Column } from "@kit";
import { ChoiceFilter, DirectoryFilter, Filters, TextFilter, TimeFilter } from "@kit/filters";
import type { Query } from "@lib/api";
import { useNowEvery } from "@lib/clock";
import { useAgents, useUnits } from "@lib/directory";
import { count, moment, percent } from "@lib/format";
import { useMay } from "@lib/session";
import { useUrlState } from "@lib/url";
import { said } from "@lib/words";
import { KINDS, STATES, useNow, useOrders, useSubtypes, type Now, type OrderLine } from "./api";
import { FilingDialog } from "./filing/dialog";
import { Flags, NextDue, StateMark, useTopic } from "./marks";
import { DISPATCH, EXTEND, FILE, HANDLE, READ } from "./permissions";
import { Answer, AskedCell, isAsking } from "./time/asked";
import { ASKS, countOf, firstView, shareUnassigned, UNASSIGNED, VIEWS, viewsOf, type Rights, type View } from "./views";

const Board = lazy(() => import("./board"));
const DeadlineMap = lazy(() => import("./deadline-map"));

const SHOWN = ["list", "board", "map"] as const;
type Shown = (typeof SHOWN)[number];
const ICONS = { list: ListIcon, board: Columns3, map: MapIcon };
const FILTERS = ["kind", "subtype", "state", "unit", "phone", "from", "to"] as const;
/** What a number on the page of statistics counted. */
const SETS = ["accepted", "answered", "dispatched", "returned", "urged", "reopened", "supervised", "on_time", "late", "overdue", "owed"] as const;
/** What fits on a board and on a map; who looks at more narrows it down. */
const MANY = 200;

/** What no unit has two hours after it was accepted: in nobody's way to overlook it. */
function Unassigned({ now }: { now: Now }) {
  const { t } = useTranslation("work_orders");
  if (now.unassigned === 0 || now.unassigned_since === null) return null;
  return (
    <div className="unassigned">
      <Notice tone="busy" icon={TriangleAlert} title={t("unassigned.title", { percent: percent(shareUnassigned(now), 0), count: count(now.unassigned), since: moment(now.unassigned_since, false) })} action={<Link to={UNASSIGNED}>{t("unassigned.show")}</Link>}>
        {t("unassigned.text", { needed: count(now.needed) })}
      </Notice>
    </div>
  );
}

function Views({ view, now, rights, onChoose }: { view: View; now: Now | undefined; rights: Rights; onChoose: (view: View) => void }) {
  const { t } = useTranslation("work_orders");
  return (
    <Choose
      small
      label={t("views")}
      value={view}
      onChoose={onChoose}
      items={viewsOf(rights).map((key) => {
        const many = countOf(key, now);
        return { key, label: many === null ? t(`view.${key}`) : <>{t(`view.${key}`)} <b className="num">{count(many)}</b></> };
      })}
    />
  );
}

export default function OrdersPage() {
  const { t } = useTranslation("work_orders");
  const navigate = useNavigate();
  const [url, change] = useUrlState([...FILTERS, "view", "show", "after", "set", "area"] as const);
  const rights: Rights = { read: useMay(READ), file: useMay(FILE), handle: useMay(HANDLE), dispatch: useMay(DISPATCH), extend: useMay(EXTEND) };
  const { read, file } = rights;
  const units = useUnits();
  const agents = useAgents();
  const subtypes = useSubtypes();
  const topic = useTopic();
  const clock = useNowEvery(10);
  const [filing, setFiling] = useState(false);
  const now = useNow(read).data;

  const view = VIEWS.find((key) => key === url.view) ?? firstView(rights);
  const shown: Shown = url.set ? "list" : (SHOWN.find((key) => key === url.show) ?? "list");
  const chosen: Query = Object.fromEntries(FILTERS.map((key) => [key, url[key]]));
  const filtered = FILTERS.some((key) => url[key] !== undefined);
  const counted = SETS.find((key) => key === url.set);
  const asks: Query = counted ? { ...chosen, set: counted, area: url.area, after: url.after } : { ...chosen, ...ASKS[view], ...(url.state ? { state: url.state } : {}), ...(shown === "list" ? { after: url.after } : { open: true }) };
  const found = useOrders(asks, shown === "list" ? 50 : MANY);
  const set = (next: Partial<Record<(typeof FILTERS)[number] | "view" | "show", string | null>>) => change({ ...next, after: null });
  const clear = () => change({ set: null, area: null, after: null, ...Object.fromEntries(FILTERS.map((key) => [key, null])) });

  const asking: Column<OrderLine>[] = [
    { key: "asked", title: t("time_asked.column"), cell: (order) => <AskedCell order={order} now={clock} /> },
    ...(rights.extend ? [{ key: "answer", title: t("time_asked.answer"), width: 150, cell: (order: OrderLine) => isAsking(order) && <Answer order={order} /> }] : []),
  ];
  const usual: Column<OrderLine>[] = [
    {
      key: "where",
      title: t("column.where"),
      cell: (order) => (
        <span className="order-topic">
          <span>{order.address || order.area || "—"}</span>
          <span className="muted nowrap">{[order.contact, order.phone].filter(Boolean).join(" ")}</span>
        </span>
      ),
    },
    { key: "accepted", title: t("column.accepted"), cell: (order) => <ListMoment at={order.accepted_at} seconds={false} /> },
  ];
  const columns: Column<OrderLine>[] = [
    {
      key: "number",
      title: t("column.number"),
      cell: (order) => (
        <Link to={`/work_orders/${order.number}`} className="nowrap strong">
          {order.number}
        </Link>
      ),
    },
    { key: "state", title: t("column.state"), cell: (order) => <StateMark state={order.state} /> },
    {
      key: "topic",
      title: t("column.topic"),
      cell: (order) => (
        <span className="order-topic wide">
          <span className="row tight wrap">
            <b>{topic(order)}</b> <Flags order={order} />
          </span>
          <span className="soft clip">{order.content}</span>
        </span>
      ),
    },
    { key: "due", title: t("column.due"), width: 210, cell: (order) => <NextDue order={order} now={clock} /> },
    {
      key: "unit",
      title: t("column.unit"),
      cell: (order) => (
        <span className="order-topic">
          <span>{units.name(order.unit) ?? <span className="muted">{t("no_unit")}</span>}</span>
          {order.handler && <span className="muted nowrap">{agents.name(order.handler)}</span>}
        </span>
      ),
    },
    ...(view === "time_asked" && !counted ? asking : usual),
  ];

  const empty = <Nothing filtered={filtered} found={[t("none_found"), t("none_found_todo")]} onAll={clear} icon={CircleCheckBig} none={[t(`none.${view}`), file ? t("none_todo_file") : t("none_todo")]} />;

  const body = () => {
    if (found.isError && !found.data) return <Trouble error={found.error} retry={() => void found.refetch()} />;
    if (shown === "list") {
      const next = found.data?.next;
      return (
        <Table
          label={t("title")}
          columns={columns}
          rows={found.data?.items}
          rowKey={(order) => order.id}
          to={(order) => `/work_orders/${order.number}`}
          expect={10}
          empty={empty}
          foot={<Pager words={asks.open || asks.overdue ? "list" : "time"} newest={!url.after} onNewest={() => change({ after: null })} onOlder={next ? () => change({ after: next }, { push: true }) : undefined} />}
        />
      );
    }
    if (!found.data) return <div className="panel-body"><Skeletons lines={8} height={28} /></div>;
    if (found.data.items.length === 0) return empty;
    const cut = found.data.next !== null && found.data.next !== undefined;
    return (
      <Suspense fallback={<div className="panel-body"><Skeletons lines={8} height={28} /></div>}>
        {shown === "board" ? <Board orders={found.data.items} now={view === "all" && !filtered ? now : undefined} cut={cut} /> : <DeadlineMap orders={found.data.items} cut={cut} />}
      </Suspense>
    );
  };

  return (
    <Page
      title={t("title")}
      lead={t("lead")}
      actions={
        <span className="row tight">
          {!counted && <Choose small label={t("shown.label")} value={shown} onChoose={(key) => set({ show: key === "list" ? null : key })} items={SHOWN.map((key) => { const Icon = ICONS[key]; return { key, label: <><Icon size={15} aria-hidden /> {t(`shown.${key}`)}</> }; })} />}
          {file && (
            <Button type="primary" icon={<FilePlus2 size={16} aria-hidden />} onClick={() => setFiling(true)}>
              {t("file.title")}
            </Button>
          )}
        </span>
      }
    >
      {counted && (
        <Notice tone="accent" icon={ChartNoAxesColumn} title={t(`counted.${counted}`)} action={<Button onClick={clear}>{t("show_all")}</Button>}>
          {[url.unit && (units.name(url.unit) ?? t("no_unit")), url.kind && t(`kind.${url.kind as "fault"}`), url.area === "none" ? null : url.area].filter(Boolean).join("　")}
        </Notice>
      )}
      {!counted && now && <Unassigned now={now} />}
      {!counted && <Views view={view} now={now} rights={rights} onChoose={(key) => set({ view: key })} />}
      {!counted && <Filters label={t("filters")} active={filtered} onClear={clear}>
        <ChoiceFilter id="kind" label={t("column.kind")} value={url.kind} onChange={(kind) => set({ kind, subtype: null })} options={KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))} />
        <ChoiceFilter id="subtype" label={t("column.subtype")} width={150} value={url.subtype} onChange={(subtype) => set({ subtype })} options={subtypes.all.filter((one) => !url.kind || one.kind === url.kind).map((one) => ({ value: one.code, label: said(one.title), search: said(one.title) }))} />
        {!ASKS[view].state && <ChoiceFilter id="state" label={t("column.state")} value={url.state} onChange={(state) => set({ state })} options={STATES.map((value) => ({ value, label: t(`state.${value}`), search: t(`state.${value}`) }))} />}
        {view !== "units" && view !== "mine" && <DirectoryFilter id="unit" label={t("column.unit")} width={170} directory={{ all: units.all.map(({ id, name }) => ({ id, name })), name: units.name }} value={url.unit} onChange={(unit) => set({ unit })} />}
        {view !== "units" && view !== "mine" && <TextFilter id="phone" label={t("column.phone")} digits value={url.phone} onChange={(phone) => set({ phone })} />}
        <TimeFilter label={t("column.accepted")} from={url.from} to={url.to} onChange={(from, to) => set({ from, to })} />
      </Filters>}
      <Panel flush label={t("title")}>
        {body()}
      </Panel>
      {filing && <FilingDialog begin={{}} onClose={() => setFiling(false)} onFiled={(order) => void navigate(`/work_orders/${order.number}`)} />}
    </Page>
  );
}
