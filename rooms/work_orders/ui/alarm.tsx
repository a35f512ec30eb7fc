// In the bar above every page of whoever sends orders out: what no unit has two hours after it was accepted, and what nobody
// has heard of.
import { BellOff, PackageX } from "lucide-react";
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
  /** Sent to a unit that has nobody to hear it, nor has anyone above; the one that waits longest. */
  unheard: number;
  unheard_first: string | null;
}

function Unassigned() {
  const { t } = useTranslation("work_orders");
  const [waiting, setWaiting] = useState<Waiting | null>(null);
  useLive<Waiting>("work_orders.unassigned", setWaiting);
  if (!waiting) return null;
  return (
    <>
      {waiting.unheard_first !== null && waiting.unheard > 0 && (
        <span role="alert">
          <Link className="mark chip unassigned-mark" data-tone="busy" to={`/work_orders/${waiting.unheard_first}`} title={t("unheard.first")}>
            <BellOff size={15} strokeWidth={2.2} aria-hidden />
            <span>{t("unheard.mark", { count: count(waiting.unheard) })}</span>
          </Link>
        </span>
      )}
      {waiting.count > 0 && waiting.oldest !== null && <Late count={waiting.count} oldest={waiting.oldest} />}
    </>
  );
}

function Late({ count: late, oldest }: { count: number; oldest: string }) {
  const { t } = useTranslation("work_orders");
  return (
    <span role="alert">
      <Link className="mark chip unassigned-mark" data-tone="busy" to={UNASSIGNED} title={t("unassigned.since", { since: moment(oldest, false) })}>
        <PackageX size={15} strokeWidth={2.2} aria-hidden />
        <span>{t("unassigned.mark", { count: count(late) })}</span>
      </Link>
    </span>
  );
}

export default function Alarm() {
  return useMay(DISPATCH) ? <Unassigned /> : null;
}
