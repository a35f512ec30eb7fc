// One order: where it stands, what was promised and until when, what it is about, what has been done, and what may be done now.
import { Button } from "antd";
import { ArrowLeft, BellOff, PhoneOutgoing, Printer } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { Facts, Moment, Notice, Page, Panel, Skeletons, Trouble } from "@kit";
import { useSecond } from "@lib/clock";
import { useAgents, useUnits } from "@lib/directory";
import { moment } from "@lib/format";
import { useMe } from "@lib/session";
import { Slot } from "@lib/slots";
import { Acts } from "./acts/buttons";
import { useOrder, type Order } from "./api";
import { Flags, PromiseBar, StateMark, useTopic } from "./marks";
import { ChildrenPart, FilesPart, ResultPart, SupervisionsPart, UrgesPart } from "./page/beside";
import { Clocks } from "./page/clocks";
import { MatterPart } from "./page/matter";
import { Timeline } from "./page/timeline";
import { untoldUntil } from "./promise";
import { AskedPart } from "./time/asked";
import "./work_orders.css";

function Standing({ order }: { order: Order }) {
  const { t } = useTranslation("work_orders");
  const call = untoldUntil(order.clocks);
  const units = useUnits();
  const agents = useAgents();
  return (
    <Panel label={t("part.standing")}>
      <div className="stack" style={{ gap: 14 }}>
        {order.unheard && (
          <Notice tone="busy" icon={BellOff} title={t(`unheard.${order.unheard.hears}`, { people: order.unheard.told.map((person) => agents.name(person) ?? t("unheard.somebody")).join("、") })}>
            {t("unheard.text", { at: moment(order.unheard.at, false) })} {order.unit && <Link to={`/departments?unit=${order.unit}`}>{t("unheard.open")}</Link>}
          </Notice>
        )}
        {call && (
          <Notice tone="wrap" icon={PhoneOutgoing} title={t("untold.title")}>
            {t("untold.text", { at: moment(call, false) })}
          </Notice>
        )}
        <AskedPart order={order} />
        <div className="order-standing">
          <Facts
            items={[
              [t("column.unit"), order.unit ? `${units.name(order.unit) ?? ""}${order.bound === order.unit ? `（${t("bound")}）` : ""}` : t("no_unit")],
              [t("handler"), agents.name(order.handler)],
              ...(order.left_at ? ([[t("left_at"), <Moment key="left" at={order.left_at} seconds={false} />]] as [string, React.ReactNode][]) : []),
              ...(order.arrived_at ? ([[t("arrived_at"), <Moment key="arrived" at={order.arrived_at} seconds={false} />]] as [string, React.ReactNode][]) : []),
              ...(order.estimate ? ([[t("estimate"), <Moment key="estimate" at={order.estimate} seconds={false} />]] as [string, React.ReactNode][]) : []),
              ...(order.returns > 0 ? ([[t("returns"), t("times", { count: order.returns })]] as [string, React.ReactNode][]) : []),
              ...(order.satisfaction ? ([[t("ask.satisfaction"), t(`satisfaction.${order.satisfaction}`)]] as [string, React.ReactNode][]) : []),
            ]}
          />
          {order.due && <PromiseBar since={order.due_since ?? order.accepted_at} due={order.due} label={order.due_step ? t(`step.${order.due_step}` as "step.arrive") : ""} />}
        </div>
        <Acts order={order} />
      </div>
    </Panel>
  );
}

/** Above an order on paper: whose it is, who printed it and when; what is masked on the page is masked here. */
function PaperHead() {
  const { t } = useTranslation("work_orders");
  const me = useMe().data;
  // A page that is printed says the minute, whenever it was opened.
  const minute = Math.floor(useSecond() / 60) * 60_000;
  return (
    <div className="order-paper on-paper">
      <b>{me?.centre}</b>
      <span>{t("paper.printed", { at: moment(new Date(minute).toISOString(), false), who: me ? `${me.number} ${me.name}` : "" })}</span>
    </div>
  );
}

/** Below it: room for what is written by hand. */
function PaperSigns() {
  const { t } = useTranslation("work_orders");
  return (
    <div className="order-signs on-paper">
      {(["handled", "reviewed", "directed"] as const).map((who) => (
        <span key={who}>{t(`paper.${who}`)}</span>
      ))}
    </div>
  );
}

export default function OrderPage() {
  const { t } = useTranslation("work_orders");
  const { id = "" } = useParams();
  const query = useOrder(id);
  const topic = useTopic();
  const order = query.data;
  return (
    <Page
      title={order ? t("order_title", { number: order.number }) : t("order")}
      heading={
        <span className="row">
          <Link to="/work_orders" aria-label={t("back")} className="row not-on-paper">
            <ArrowLeft size={20} aria-hidden />
          </Link>
          {order?.number ?? t("order")}
          {order && <StateMark state={order.state} chip />}
        </span>
      }
      lead={order && <span className="row tight wrap">{topic(order)} <Flags order={order} /></span>}
      actions={
        order && (
          <Button icon={<Printer size={16} aria-hidden />} onClick={() => window.print()}>
            {t("paper.print")}
          </Button>
        )
      }
    >
      <PaperHead />
      {query.isError && !order && (
        <Panel>
          <Trouble error={query.error} retry={() => void query.refetch()} />
        </Panel>
      )}
      {!order && !query.isError && (
        <Panel>
          <Skeletons lines={10} height={24} />
        </Panel>
      )}
      {order && (
        <>
          {order.master && (
            <Notice tone="accent" title={t("follows.title")} action={<Link to={`/work_orders/${order.master}`}>{t("follows.open")}</Link>}>
              {t("follows.text")}
            </Notice>
          )}
          <Standing order={order} />
          <div className="order-page">
            <div className="stack" style={{ gap: 16 }}>
              <MatterPart key={order.id} order={order} />
              <ResultPart order={order} />
              <ChildrenPart order={order} />
              <FilesPart order={order} />
              <Slot name="order.parts" order={order.id} fallback={null} />
            </div>
            <div className="stack" style={{ gap: 16 }}>
              <Panel title={t("part.clocks")}>
                <Clocks order={order} />
              </Panel>
              <UrgesPart order={order} />
              <SupervisionsPart order={order} />
              <Panel title={t("part.timeline")}>
                <Timeline order={order} />
              </Panel>
            </div>
          </div>
          <PaperSigns />
        </>
      )}
    </Page>
  );
}
