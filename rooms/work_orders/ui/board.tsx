// The open orders in columns by how far they are, the next due on top of each.
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useNowEvery } from "@lib/clock";
import { useAgents, useUnits } from "@lib/directory";
import { count } from "@lib/format";
import type { Now, OrderLine } from "./api";
import { Flags, NextDue, StateMark, useTopic } from "./marks";
import { laneCounts, lanes, LANES } from "./views";

function Card({ order, now }: { order: OrderLine; now: number }) {
  const units = useUnits();
  const agents = useAgents();
  const topic = useTopic();
  return (
    <li>
      <Link className="order-card" to={`/work_orders/${order.number}`} data-important={order.important}>
        <span className="row tight">
          <b>{order.number}</b>
          <span className="grow" />
          <StateMark state={order.state} />
        </span>
        <span>{topic(order)}</span>
        <Flags order={order} />
        <span className="soft clip">{order.address || order.content}</span>
        {order.unit && <span className="muted clip">{[units.name(order.unit), agents.name(order.handler)].filter(Boolean).join(" · ")}</span>}
        <NextDue order={order} now={now} />
      </Link>
    </li>
  );
}

export default function Board({ orders, now, cut }: { orders: OrderLine[]; now: Now | undefined; cut: boolean }) {
  const { t } = useTranslation("work_orders");
  const clock = useNowEvery(10);
  const columns = lanes(orders);
  const counts = laneCounts(now);
  return (
    <>
      {cut && <p className="muted board-cut">{t("cut", { count: orders.length })}</p>}
      <div className="board">
        {LANES.map((lane) => (
          <section key={lane} aria-label={t(`lane.${lane}`)}>
            <h2>
              {t(`lane.${lane}`)} <span className="muted num">{count(counts[lane] ?? columns[lane].length)}</span>
            </h2>
            {columns[lane].length === 0 ? <p className="muted">{t("lane.none")}</p> : <ul>{columns[lane].map((order) => <Card key={order.id} order={order} now={clock} />)}</ul>}
          </section>
        ))}
      </div>
    </>
  );
}
