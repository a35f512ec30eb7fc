// Orders as lines, for the pages of a call and of a customer.
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Moment, Panel, Trouble } from "@kit";
import type { Query } from "@lib/api";
import { useNowEvery } from "@lib/clock";
import { useUnits } from "@lib/directory";
import { useMay } from "@lib/session";
import { useOrders } from "../api";
import { NextDue, StateMark, useTopic } from "../marks";
import { SEE } from "../permissions";
import "../work_orders.css";

/** Shows nothing where there is nothing. */
export function OrdersOf({ filters, title }: { filters: Query; title: string }) {
  const { t } = useTranslation("work_orders");
  const may = useMay(SEE);
  const orders = useOrders(filters, 20, may);
  const found = orders.data?.items ?? [];
  const units = useUnits();
  const topic = useTopic();
  const now = useNowEvery(10);
  if (orders.isError && !orders.data)
    return (
      <Panel title={title}>
        <Trouble error={orders.error} retry={() => void orders.refetch()} />
      </Panel>
    );
  if (found.length === 0) return null;
  return (
    <Panel title={title}>
      <ul className="order-of">
        {found.map((order) => (
          <li key={order.id}>
            <Link to={`/work_orders/${order.number}`}>{order.number}</Link>
            <StateMark state={order.state} />
            <span className="soft clip">{[topic(order), units.name(order.unit) ?? t("no_unit")].join(" · ")}</span>
            {order.due ? <NextDue order={order} now={now} /> : <Moment at={order.accepted_at} seconds={false} />}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
