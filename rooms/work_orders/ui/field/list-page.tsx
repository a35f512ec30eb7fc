// The orders of one's units, as a crew works through them: danger first, then what is due next; opened without a network, too.
import { ClipboardCheck, Flame, Hourglass, MessageSquareWarning } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Empty, Mark, Skeletons } from "@kit";
import { ahead, isDone, sorted } from "./ahead";
import { DangerMark, DueWord, Left, Screen, sinceOf, StateMark, useTitle } from "./parts";
import { tally } from "./queue";
import type { Entry, Order } from "./types";
import { useField } from "./use-field";

function Card({ order, title, own }: { order: Order; title: string; own: Entry[] }) {
  const { t } = useTranslation("work_orders");
  const { waiting, refused } = tally(own);
  const urges = order.urged.filter(({ answer }) => answer === null).length;
  const done = isDone(order);
  return (
    <li>
      <Link to={`/field/${order.id}`} className="crew-card" data-danger={order.matter.danger && !done}>
        <span className="first">
          <b>{title}</b>
          {order.matter.danger && <DangerMark />}
          {!order.matter.danger && order.matter.urgency === "urgent" && (
            <Mark chip tone="rest" icon={Flame}>
              {t("field.urgent")}
            </Mark>
          )}
          <span className="grow" />
          {order.due && !done && <Left since={sinceOf(order)} due={order.due} />}
        </span>
        <span className="where">{order.matter.address || "—"}</span>
        <span className="said">{order.matter.content}</span>
        <span className="last">
          <StateMark state={order.state} />
          <DueWord order={order} />
          {urges > 0 && (
            <Mark tone="busy" icon={MessageSquareWarning}>
              {t("field.urged", { n: urges })}
            </Mark>
          )}
          {order.time_asked && (
            <Mark tone="wrap" icon={Hourglass}>
              {t("time_asked.mark")}
            </Mark>
          )}
          <span className="muted nowrap">{order.number}</span>
          {refused > 0 && <span className="count bad">{t("field.entries_refused", { n: refused })}</span>}
          {waiting > 0 && <span className="count">{t("field.entries", { n: waiting })}</span>}
        </span>
      </Link>
    </li>
  );
}

export default function ListPage() {
  const { t } = useTranslation("work_orders");
  const { ready, orders, entries, subtypes, link, touched } = useField();
  const title = useTitle(subtypes);
  const all = sorted(orders.map((order) => ahead(order, entries)).map((order) => ({ ...order, danger: order.matter.danger })));
  const groups = [
    { name: "todo", of: all.filter((order) => !isDone(order)) },
    { name: "done", of: all.filter(isDone) },
  ] as const;
  const cards = (of: Order[]) => (
    <ul className="crew-list">
      {of.map((order) => (
        <Card key={order.id} order={order} title={title(order)} own={entries.filter((entry) => entry.order === order.id)} />
      ))}
    </ul>
  );
  const [todo, done] = groups;
  return (
    <Screen title={t("field.title")} extra={<span className="muted">{t("field.group.todo")} {todo.of.length}</span>}>
      {!ready || (touched === null && link === "unknown") ? <Skeletons lines={8} height={30} /> : null}
      {ready && all.length === 0 && (touched !== null || link !== "unknown") && (
        <Empty icon={ClipboardCheck} title={t("field.empty.title")}>
          {link === "offline" ? t("field.empty.offline") : t("field.empty.text")}
        </Empty>
      )}
      {cards(todo.of)}
      {done.of.length > 0 && (
        <>
          <h2>{t("field.group.done")}</h2>
          {cards(done.of)}
        </>
      )}
    </Screen>
  );
}
