// Open orders of the same home, offered before another is made: join one of them, or say that this is another matter.
import { Button } from "antd";
import { Copy, FilePlus2, Link2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Notice } from "@kit";
import { useNowEvery } from "@lib/clock";
import { useUnits } from "@lib/directory";
import type { OrderLine } from "../api";
import { NextDue, StateMark, useTopic } from "../marks";

/** `undecided` while orders are offered, the order it joins, or `another`. */
export type Joining = "undecided" | "another" | { master: string; number: string };

export function Alike({ found, joining, asked, onJoin }: { found: OrderLine[]; joining: Joining; asked: boolean; onJoin: (joining: Joining) => void }) {
  const { t } = useTranslation("work_orders");
  const units = useUnits();
  const topic = useTopic();
  const now = useNowEvery(10);
  if (typeof joining === "object")
    return (
      <Notice tone="accent" icon={Link2} title={t("alike.joins", { number: joining.number })} action={<Button size="small" onClick={() => onJoin("undecided")}>{t("alike.undo")}</Button>}>
        {t("alike.joins_text")}
      </Notice>
    );
  if (found.length === 0) return null;
  if (joining === "another")
    return (
      <p className="muted row tight">
        <Copy size={15} aria-hidden /> {t("alike.another_chosen", { count: found.length })}
        <button type="button" className="linkish" onClick={() => onJoin("undecided")}>
          {t("alike.look")}
        </button>
      </p>
    );
  return (
    <section className="alike" aria-label={t("alike.title", { count: found.length })} data-asked={asked}>
      <div className="row">
        <b>{t("alike.title", { count: found.length })}</b>
        <span className="grow" />
        <Button size="small" icon={<FilePlus2 size={15} aria-hidden />} onClick={() => onJoin("another")}>
          {t("alike.another")}
        </Button>
      </div>
      {asked && <span className="fault" role="alert">{t("alike.decide")}</span>}
      <ul>
        {found.map((order) => (
          <li key={order.id}>
            <span className="order-topic">
              <span className="row tight wrap">
                <b className="nowrap">{order.number}</b> <StateMark state={order.state} /> <span>{topic(order)}</span>
              </span>
              <span className="soft clip">{[units.name(order.unit), order.content].filter(Boolean).join(" · ")}</span>
            </span>
            <NextDue order={order} now={now} />
            <Button size="small" icon={<Link2 size={15} aria-hidden />} onClick={() => onJoin({ master: order.id, number: order.number })}>
              {t("alike.join")}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
