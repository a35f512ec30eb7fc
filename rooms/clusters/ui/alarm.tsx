// In the bar above every page of whoever decides: supply may be off somewhere, and nobody has said so yet.
import { Radar } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Timer } from "@kit";
import { count } from "@lib/format";
import { useMay } from "@lib/session";
import { useFresh, useNow } from "./api";
import { DECIDE } from "./permissions";
import { utilityOf } from "./shape";

function Suspected() {
  const { t } = useTranslation("clusters");
  useFresh();
  const now = useNow().data;
  const largest = now?.largest;
  if (!largest) return null;
  const more = now.open > 1 ? ` ${t("alarm.more", { count: now.open })}` : "";
  const said = t(`alarm.${utilityOf(largest.path)}`, { area: largest.area, count: largest.households, customers: count(largest.customers) }) + more;
  return (
    <Link className="mark chip" data-tone="busy" role="alert" to={`/clusters?one=${largest.number}`} title={said}>
      <Radar size={15} strokeWidth={2.2} aria-hidden />
      <span>{said}</span>
      <Timer since={largest.first} label={t("figure.since")} />
    </Link>
  );
}

export default function Alarm() {
  return useMay(DECIDE) ? <Suspected /> : null;
}
