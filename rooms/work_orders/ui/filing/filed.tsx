// It is filed: the number to be read aloud, and what the customer may be promised.
import { Button } from "antd";
import { CircleCheckBig } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Facts, Mark, Moment } from "@kit";
import { useUnits } from "@lib/directory";
import type { Order } from "../api";
import { StateMark } from "../marks";

export function Filed({ order, onDone }: { order: Order; onDone: () => void }) {
  const { t } = useTranslation("work_orders");
  const units = useUnits();
  return (
    <div className="stack filed" role="status">
      <Mark tone="ready" icon={CircleCheckBig}>
        {order.state === "closed" ? t("filed.closed") : order.state === "merged" ? t("filed.joined") : t("filed.done")}
      </Mark>
      <span className="muted">{t("filed.read_aloud")}</span>
      <output className="filed-number">{order.number}</output>
      <Facts
        items={[
          [t("column.state"), <StateMark key="state" state={order.state} />],
          [t("column.unit"), units.name(order.unit) ?? t("filed.desk")],
          ...(order.promised ? ([[t("filed.promised"), <Moment key="promised" at={order.promised} seconds={false} />]] as [string, React.ReactNode][]) : []),
        ]}
      />
      <div className="row">
        <Link to={`/work_orders/${order.number}`}>{t("filed.open")}</Link>
        <span className="grow" />
        <Button type="primary" autoFocus onClick={onDone}>
          {t("filed.close")}
        </Button>
      </div>
    </div>
  );
}
