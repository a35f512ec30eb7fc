// What has been promised: what runs, with its bar, and what was kept or broken.
import { CircleCheckBig, CircleX, Undo2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Mark, Moment } from "@kit";
import { useKnown } from "@lib/known";
import type { ClockView, Order } from "../api";
import { PromiseBar, useLeft } from "../marks";

interface Shown extends ClockView {
  /** The unit has as long as the customer was promised, and both came out the same. */
  both: boolean;
}

/** Those that run by when they are due, then the others, the last ended first; two clocks of a step that say the same are one. */
export function sortedClocks(clocks: ClockView[]): { runs: Shown[]; ended: Shown[] } {
  const at = (text: string | null) => Date.parse(text ?? "") || 0;
  const same = (a: ClockView, b: ClockView) => a.promise === b.promise && a.round === b.round && a.since === b.since && a.due === b.due && a.standing === b.standing;
  const shown = clocks.flatMap((one) => {
    const other = clocks.find((other) => other !== one && same(one, other));
    return other && one.clock === "customer" ? [] : [{ ...one, both: other !== undefined }];
  });
  return {
    runs: shown.filter((one) => one.standing === "running").sort((a, b) => at(a.due) - at(b.due)),
    ended: shown.filter((one) => one.standing !== "running").sort((a, b) => at(b.ended_at) - at(a.ended_at)),
  };
}

function Ended({ one }: { one: ClockView }) {
  const { t } = useTranslation("work_orders");
  const left = useLeft();
  if (one.standing === "kept") return <Mark tone="ready" icon={CircleCheckBig}>{t("standing.kept")}</Mark>;
  if (one.standing === "withdrawn") return <Mark tone="offline" icon={Undo2}>{t("standing.withdrawn")}</Mark>;
  return <Mark tone="busy" icon={CircleX}>{t("standing.broken")} {left(-one.late_s * 1000)}</Mark>;
}

export function Clocks({ order }: { order: Order }) {
  const { t } = useTranslation("work_orders");
  const { runs, ended } = sortedClocks(order.clocks);
  const name = (one: ClockView) => `${t(`step.${one.step}` as "step.arrive")}${one.round > 1 ? t("round", { round: one.round }) : ""}`;
  const rule = useKnown("rule");
  const key = (one: ClockView) => `${one.promise} ${one.clock} ${one.round}`;
  return (
    <div className="stack">
      {runs.length === 0 && <p className="muted">{t("clocks.none_run")}</p>}
      {runs.map((one) => (
        <div key={key(one)} className="clock-row">
          <span>
            <b>{name(one)}</b> <span className="muted">{one.both ? t("clock.both") : t(`clock.${one.clock}`)}</span>
          </span>
          <PromiseBar since={one.since} due={one.due} />
          <span className="muted clock-note">
            <Moment at={one.due} seconds={false} /> {rule(one.rule)} {one.renewals > 0 && t("clocks.moved", { count: one.renewals, reason: one.reason ?? "" })}
          </span>
        </div>
      ))}
      {ended.length > 0 && (
        <ul className="clock-ended">
          {ended.map((one) => (
            <li key={key(one)}>
              <span>
                {name(one)} <span className="muted">{one.both ? t("clock.both") : t(`clock.${one.clock}`)}</span>
              </span>
              <span className="muted">{t("clocks.until")} <Moment at={one.due} seconds={false} /></span>
              <Ended one={one} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
