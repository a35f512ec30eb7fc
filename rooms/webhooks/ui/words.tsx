// States of webhooks and of deliveries as they are shown: colour, icon and word.
import { Ban, Check, CircleCheck, CirclePause, CircleX, Clock, TimerOff, TriangleAlert, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Mark, type Tone } from "@kit";
import type { Stage, Subscription } from "./api";

export function StateMark({ one }: { one: Subscription }) {
  const { t } = useTranslation("webhooks");
  if (one.state === "paused" && one.why !== "by_hand") return <Mark tone="busy" icon={TriangleAlert}>{t("state.stopped")}</Mark>;
  if (one.state === "paused") return <Mark tone="offline" icon={CirclePause}>{t("state.paused")}</Mark>;
  if (one.failures > 0) return <Mark tone="wrap" icon={Clock}>{t("state.retrying")}</Mark>;
  return <Mark tone="ready" icon={CircleCheck}>{t("state.active")}</Mark>;
}

const STAGE: Record<Stage, { tone: Tone; icon: LucideIcon }> = {
  waiting: { tone: "wrap", icon: Clock },
  sent: { tone: "ready", icon: Check },
  failed: { tone: "busy", icon: CircleX },
  skipped: { tone: "offline", icon: Ban },
  expired: { tone: "offline", icon: TimerOff },
};

export function StageMark({ stage }: { stage: Stage }) {
  const { t } = useTranslation("webhooks");
  return (
    <Mark tone={STAGE[stage].tone} icon={STAGE[stage].icon}>
      {t(`stage.${stage}`)}
    </Mark>
  );
}
