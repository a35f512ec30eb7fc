// In the bar above every page of whoever sends orders out: what no unit has two hours after it was accepted.
import { PackageX } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { count, moment } from "@lib/format";
import { useLive } from "@lib/live";
import { useMay } from "@lib/session";
import { DISPATCH } from "./permissions";
import { UNASSIGNED } from "./views";
import "./work_orders.css";

interface Waiting {
  count: number;
  /** When the one that waits longest was accepted. */
  oldest: string | null;
}

function Unassigned() {
  const { t } = useTranslation("work_orders");
  const [waiting, setWaiting] = useState<Waiting | null>(null);
  useLive<Waiting>("work_orders.unassigned", setWaiting);
  if (!waiting || waiting.count === 0 || waiting.oldest === null) return null;
  return (
    <span role="alert">
      <Link className="mark chip unassigned-mark" data-tone="busy" to={UNASSIGNED} title={t("unassigned.since", { since: moment(waiting.oldest, false) })}>
        <PackageX size={15} strokeWidth={2.2} aria-hidden />
        <span>{t("unassigned.mark", { count: count(waiting.count) })}</span>
      </Link>
    </span>
  );
}

export default function Alarm() {
  return useMay(DISPATCH) ? <Unassigned /> : null;
}
