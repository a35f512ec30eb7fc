// While an order is filed: what is known to be off there, until when, and the order of the work on it that this one can follow.
import { Button } from "antd";
import { FilePlus2, Link2, ZapOff } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Notice, Short } from "@kit";
import { useMay } from "@lib/session";
import type { SlotProps } from "@lib/slots";
import { useKnown, type KnownOff } from "./api";
import { READ } from "./permissions";

/** Until when, as far as anybody knows. */
function Until({ one }: { one: KnownOff }) {
  const { t } = useTranslation("outages");
  if (one.stale || !one.ends) return <>{one.next_news ? <>{t("filing.news")} <Short at={one.next_news} /></> : t("filing.unknown")}</>;
  return <>{t("filing.until")} <Short at={one.ends} /></>;
}

export default function FilingPart({ customer, address, phone, joinable, asked, joining, onOffered, onJoin }: SlotProps["order.filing"]) {
  const { t } = useTranslation("outages");
  const known = useKnown({ customer, address, phone }, useMay(READ)).data ?? [];
  const orders = known.filter(({ order }) => order !== null).length;
  useEffect(() => onOffered(orders), [orders, onOffered]);
  if (known.length === 0 || joining === "joined") return null;
  return (
    <section className="filing-known stack" aria-label={t("filing.title")}>
      {known.map((one) => (
        <Notice
          key={one.id}
          tone={joining === "another" ? "ready" : "busy"}
          icon={ZapOff}
          title={t("filing.off", { area: one.area })}
          action={
            one.order && joinable && joining === "undecided" ? (
              <span className="row tight">
                <Button size="small" type="primary" icon={<Link2 size={15} aria-hidden />} onClick={() => one.order && onJoin({ master: one.order.id, number: one.order.number })}>
                  {t("filing.join", { number: one.order.number })}
                </Button>
                <Button size="small" icon={<FilePlus2 size={15} aria-hidden />} onClick={() => onJoin("another")}>
                  {t("filing.another")}
                </Button>
              </span>
            ) : one.order && joining === "another" ? (
              <Button size="small" onClick={() => onJoin("undecided")}>{t("filing.look")}</Button>
            ) : undefined
          }
        >
          {t(`cause.${one.cause}`)} <Until one={one} />
          {asked && one.order && joinable && joining === "undecided" && <span className="fault" role="alert">{t("filing.decide")}</span>}
        </Notice>
      ))}
    </section>
  );
}
