// What has happened to an order, the latest first: who, when, from where to where, in whose words.
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Moment } from "@kit";
import { useAgents, useUnits } from "@lib/directory";
import { moment } from "@lib/format";
import type { Order } from "../api";
import { limitWords } from "../limits";
import { StateMark } from "../marks";
import { saidIn } from "./said";

export function Timeline({ order }: { order: Order }) {
  const { t } = useTranslation("work_orders");
  const agents = useAgents();
  const units = useUnits();
  return (
    <ol className="order-steps">
      {[...order.steps].reverse().map((step) => {
        const said = saidIn(step);
        const detail = [units.name(said.unit), agents.name(said.person), said.at && moment(said.at, false), said.day, said.limit && limitWords(said.limit, t), ...said.terms.map((term) => t(term as "grade.daily"))].filter(Boolean);
        return (
          <li key={step.seq}>
            <span className="row tight wrap">
              <b>{t(`did.${step.verb}` as "did.take")}</b>
              {detail.length > 0 && <span>{detail.join(" · ")}</span>}
              {said.order && <Link to={`/work_orders/${said.order}`}>{t("master")}</Link>}
              <span className="grow" />
              {step.from !== step.to && <StateMark state={step.to} />}
            </span>
            {said.words.map((words, at) => (
              <p key={at} className="order-words">
                {words}
              </p>
            ))}
            <span className="muted">
              <Moment at={step.at} /> {agents.name(step.who) ?? t("by_itself")}
              {step.verb === "accept" && order.matter.channel !== "phone" && ` · ${t(`channel.${order.matter.channel}`)}`}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
