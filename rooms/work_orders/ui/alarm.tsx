// In the bar above every page of whoever sends orders out: what no unit has two hours after it was accepted, and what nobody
// has heard of.
import { BellOff, Hourglass, PackageX } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useNowEvery } from "@lib/clock";
import { count, moment } from "@lib/format";
import { useLive } from "@lib/live";
import { useMay } from "@lib/session";
import { DISPATCH, EXTEND } from "./permissions";
import { TIME_ASKED, UNASSIGNED } from "./views";
import "./work_orders.css";

/** So little time is left that it cannot wait. */
const SOON_MS = 2 * 3_600_000;

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

interface Asking {
  count: number;
  /** Until when the first of them is to be answered. */
  soonest: string | null;
}

/** Units that wait to hear whether they get more time; nearly over, it is no longer only said. */
function TimeAsked() {
  const { t } = useTranslation("work_orders");
  const [asking, setAsking] = useState<Asking | null>(null);
  const now = useNowEvery(30);
  useLive<Asking>("work_orders.time_asked", setAsking);
  if (!asking || asking.count === 0 || asking.soonest === null) return null;
  const soon = Date.parse(asking.soonest) - now < SOON_MS;
  return (
    <span role={soon ? "alert" : "status"}>
      <Link className="mark chip unassigned-mark" data-tone={soon ? "busy" : "wrap"} to={TIME_ASKED} title={t("time_asked.soonest", { at: moment(asking.soonest, false) })}>
        <Hourglass size={15} strokeWidth={2.2} aria-hidden />
        <span>{t("time_asked.bar", { count: count(asking.count) })}</span>
      </Link>
    </span>
  );
}

export default function Alarm() {
  const [dispatches, extend] = [useMay(DISPATCH), useMay(EXTEND)];
  return (
    <>
      {dispatches && <Unassigned />}
      {extend && <TimeAsked />}
    </>
  );
}
