// Six figures at most, each asking for an action when it leaves its target.
import { CheckCircle2, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Mark, Tile, Timer, type Tone } from "@kit";
import { serverNow } from "@lib/clock";
import { count, percent } from "@lib/format";
import type { Floor } from "./api";

/** Targets as the project sets them: K1 ≥ 92 % (alarm below 90 %), K3 ≥ 80 %, K5 ≤ 5 %, mean wait ≤ 30 s. */
export const TARGETS = { k1: 0.92, k1Alarm: 0.9, k3: 0.8, k5: 0.05, asa_s: 30, wait_ms: 20_000, waitAlarm_ms: 120_000 };

/** Red when the alarm is reached, amber when only the target is missed, else no colour at all. */
export function toneOf(missed: boolean, alarm: boolean): Tone | undefined {
  return alarm ? "busy" : missed ? "wrap" : undefined;
}

/** Judged by what is shown, to a tenth of a percent, so that no tile says "80.0, missed". */
export function below(rate: number | null, target: number | null): boolean {
  return rate != null && target != null && Math.round(rate * 1000) < Math.round(target * 1000);
}

/** A value on its way to the target: the bar is the value, the line is the target. */
function Meter({ share, target }: { share: number | null; target: number }) {
  const at = (x: number) => `${Math.max(0, Math.min(1, x)) * 100}%`;
  return (
    <div className="meter" aria-hidden>
      <i>
        <b style={{ width: share == null ? 0 : at(share) }} />
      </i>
      <u style={{ left: at(target) }} />
    </div>
  );
}

export function Tiles({ floor }: { floor: Floor }) {
  const { t } = useTranslation("floor");
  const { now, today, history } = floor;
  const wait = now.longest_wait_since ? serverNow() - Date.parse(now.longest_wait_since) : 0;

  const state = (value: number | null, tone: Tone | undefined) =>
    value == null ? null : tone ? (
      <Mark tone={tone} icon={TriangleAlert}>
        {t(tone === "busy" ? "target.alarm" : "target.missed")}
      </Mark>
    ) : (
      <Mark tone="ready" icon={CheckCircle2}>
        {t("target.met")}
      </Mark>
    );

  const k1 = toneOf(below(today.k1, TARGETS.k1), below(today.k1, TARGETS.k1Alarm));
  const k3 = toneOf(below(today.k3, TARGETS.k3), false);
  const k5 = toneOf(below(TARGETS.k5, today.k5), below(TARGETS.k5 * 2, today.k5));
  const asa = toneOf(today.asa_s != null && today.asa_s > TARGETS.asa_s, today.asa_s != null && today.asa_s > TARGETS.asa_s * 2);
  const waiting = toneOf(wait > TARGETS.wait_ms, wait > TARGETS.waitAlarm_ms);

  return (
    <div className="tiles">
      <Tile title={t("tile.k1")} value={percent(today.k1)} unit={today.k1 == null ? undefined : "%"} tone={k1} mark={state(today.k1, k1)} note={t("tile.k1_note", { answered: count(today.answered) })} foot={t("tile.at_least", { value: 92 })} chart={<Meter share={today.k1} target={TARGETS.k1} />} />
      <Tile title={t("tile.k3")} value={percent(today.k3)} unit={today.k3 == null ? undefined : "%"} tone={k3} mark={state(today.k3, k3)} note={t("tile.k3_note", { answered: count(today.answered_in_20s) })} foot={t("tile.at_least", { value: 80 })} chart={<Meter share={today.k3} target={TARGETS.k3} />} />
      <Tile
        title={t("tile.waiting")}
        value={count(now.waiting)}
        unit={t("unit.people")}
        tone={waiting}
        mark={now.waiting > 0 ? state(wait, waiting) : null}
        spark={history.map((minute) => minute.waiting)}
        note={
          now.longest_wait_since ? (
            <>
              {t("tile.longest")} <Timer since={now.longest_wait_since} />
            </>
          ) : (
            t("tile.nobody")
          )
        }
        foot={t("tile.hour")}
      />
      <Tile title={t("tile.requests")} value={count(today.requests)} unit={t("unit.times")} spark={history.map((minute) => minute.requests)} note={t("tile.offered", { offered: count(today.offered) })} foot={t("tile.hour")} />
      <Tile title={t("tile.abandoned")} value={count(today.abandoned)} unit={t("unit.times")} tone={k5} mark={state(today.k5, k5)} spark={history.map((minute) => minute.abandoned)} note={t("tile.k5", { rate: percent(today.k5) })} foot={t("tile.at_most", { value: "5 %" })} />
      <Tile title={t("tile.asa")} value={today.asa_s == null ? "—" : today.asa_s.toFixed(1)} unit={today.asa_s == null ? undefined : t("unit.seconds")} tone={asa} mark={state(today.asa_s, asa)} note={t("tile.blocked", { blocked: count(today.blocked) })} foot={t("tile.at_most", { value: "30 s" })} chart={<Meter share={today.asa_s == null ? null : today.asa_s / 60} target={TARGETS.asa_s / 60} />} />
    </div>
  );
}
