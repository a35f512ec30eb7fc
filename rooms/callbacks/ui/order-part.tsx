// On the page of an order: how often the customer was called afterwards, and what he said.
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useMay } from "@lib/session";
import type { SlotProps } from "@lib/slots";
import { useTaskIfAny } from "./api";
import { Attempts } from "./attempts";
import { StateMark } from "./marks";
import { SEE } from "./permissions";

export default function OrderCallbacks({ order }: SlotProps["order.parts"]) {
  const { t } = useTranslation("callbacks");
  const task = useTaskIfAny(order, useMay(SEE)).data;
  if (!task) return null;
  return (
    <Attempts
      task={task}
      title={t("of_order.title")}
      extra={
        <span className="row tight">
          <StateMark state={task.state} />
          <Link className="not-on-paper" to={`/callbacks/${order}`}>{t("of_order.open")}</Link>
        </span>
      }
    />
  );
}
