// A call rings: bottom right on every page, who it is in at most six facts, how long it still rings, answer or decline.
import { Button } from "antd";
import { MessagesSquare, PhoneCall, PhoneIncoming, PhoneOff } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Mark } from "@kit";
import { useSecond } from "@lib/clock";
import { useAgents, useQueues } from "@lib/directory";
import type { DeskAct, OwnDesk } from "@lib/desk";
import { keyLabel, useKeys } from "@lib/keys";
import { Slot } from "@lib/slots";
import { SoftphoneMark, useSoftphone } from "@softphone";
import { can } from "./act";

function Left({ until }: { until: string }) {
  const { t } = useTranslation("calls");
  const left = Math.max(0, Math.ceil(Date.parse(until) / 1000 - useSecond()));
  return <span className="muted">{t("desk.ring.left", { left })}</span>;
}

export function RingCard({ own, act, onAnswer }: { own: OwnDesk; act: (what: DeskAct) => void; onAnswer: (() => void) | null }) {
  const { t } = useTranslation("calls");
  const agents = useAgents();
  const queues = useQueues();
  const keys = useKeys();
  const elsewhere = useSoftphone().status === "elsewhere";
  if (own.desk.state !== "ringing" || !own.call) return null;
  return (
    <section className="ring-card" aria-label={t("desk.ring.title")} aria-live="assertive">
      <header>
        <Mark tone={own.asker ? "hold" : "call"} icon={own.asker ? MessagesSquare : PhoneIncoming}>
          {own.asker ? t("desk.asked.ringing", { who: agents.name(own.asker) }) : own.promised_in ? t("desk.ring.promised") : (queues.name(own.queue) ?? t("desk.ring.title"))}
        </Mark>
        {own.ring_until && <Left until={own.ring_until} />}
      </header>
      <b className="ring-number">{own.caller ?? "…"}</b>
      {own.promised_in && <p className="muted">{t("desk.ring.promised_help")}</p>}
      <Slot name="desk.ring" call={own.call} number={own.caller ?? ""} fallback={null} />
      <footer>
        <Button danger icon={<PhoneOff size={16} aria-hidden />} disabled={!can(own, "decline")} onClick={() => act({ act: "decline" })}>
          {t("desk.ring.decline")}
        </Button>
        {onAnswer ? (
          <Button type="primary" className="answer" icon={<PhoneCall size={16} aria-hidden />} onClick={onAnswer}>
            {t("desk.ring.answer")} <kbd>{keyLabel(keys.answer)}</kbd>
          </Button>
        ) : elsewhere ? (
          <SoftphoneMark />
        ) : (
          <span className="muted">{t("desk.ring.pick_up")}</span>
        )}
      </footer>
    </section>
  );
}
