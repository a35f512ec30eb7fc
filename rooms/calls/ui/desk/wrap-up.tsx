// After the call: a ring that runs out, from hang-up over the moment it turns amber to the moment the centre ends it.
import { Button, Popover } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { groupOf, useDeskWords } from "@kit";
import { useSecond } from "@lib/clock";
import type { DeskAct, OwnDesk } from "@lib/desk";
import { duration } from "@lib/format";
import { can } from "./act";

const WHY = ["order", "look_up", "customer_waits"] as const;
const RADIUS = 15;

/** How much of the time is gone, 0 to 1, and whether the amber part has begun. */
export function progress(now: number, since: number, soft: number, hard: number): { gone: number; late: boolean; left: number } {
  const whole = Math.max(1, hard - since);
  return { gone: Math.min(1, Math.max(0, (now - since) / whole)), late: now >= soft, left: Math.max(0, hard - now) };
}

export function WrapUp({ own, act }: { own: OwnDesk; act: (what: DeskAct) => void }) {
  const { t } = useTranslation("calls");
  const words = useDeskWords();
  const now = useSecond() * 1000;
  const [open, setOpen] = useState(false);
  if (own.desk.state !== "after_call" || !own.since || !own.soft || !own.hard) return null;
  const then = own.next?.state === "not_ready" ? own.next : null;
  const after = then ? (then.reason && groupOf({ state: "not_ready", reason: then.reason }) === "pause" ? words.reason(then.reason) : words.state("not_ready")) : words.state("ready");
  const { gone, late, left } = progress(now, Date.parse(own.since), Date.parse(own.soft), Date.parse(own.hard));
  const round = 2 * Math.PI * RADIUS;
  return (
    <div className="notice" data-tone={late ? "wrap" : "call"} role="timer" aria-label={t("desk.wrap_up.title")}>
      <svg width="36" height="36" viewBox="0 0 36 36" aria-hidden>
        <circle cx="18" cy="18" r={RADIUS} fill="none" stroke="var(--line-strong)" strokeWidth="4" />
        <circle cx="18" cy="18" r={RADIUS} fill="none" stroke="var(--tone)" strokeWidth="4" strokeDasharray={round} strokeDashoffset={round * gone} transform="rotate(-90 18 18)" />
      </svg>
      <div>
        <b>{t("desk.wrap_up.title")}</b> {t("desk.wrap_up.left", { left: duration(left), state: after })}
      </div>
      <Popover
        trigger="click"
        open={open}
        onOpenChange={setOpen}
        content={
          <div className="stack">
            {WHY.map((reason) => (
              <Button
                key={reason}
                onClick={() => {
                  setOpen(false);
                  act({ act: "extend", reason: t(`desk.wrap_up.why.${reason}`) });
                }}
              >
                {t(`desk.wrap_up.why.${reason}`)}
              </Button>
            ))}
          </div>
        }
      >
        <Button disabled={!can(own, "extend")}>{t("desk.wrap_up.more")}</Button>
      </Popover>
    </div>
  );
}
