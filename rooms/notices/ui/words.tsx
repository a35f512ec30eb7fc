// States, channels and reasons of notices as they are shown: colour, icon and word.
import { Ban, BellOff, Check, CheckCheck, CircleHelp, CircleX, Clock, FileCheck2, FilePen, FileX2, Mail, MessageSquareText, PhoneOutgoing, Send, Sparkles, TimerOff, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Mark, type Tone } from "@kit";
import type { Channel, NoticeView, State, Template } from "./api";

const STATE: Record<State, { tone: Tone; icon: LucideIcon }> = {
  queued: { tone: "wrap", icon: Clock },
  sending: { tone: "call", icon: Send },
  sent: { tone: "call", icon: Check },
  delivered: { tone: "ready", icon: CheckCheck },
  failed: { tone: "busy", icon: CircleX },
  expired: { tone: "offline", icon: TimerOff },
  suppressed: { tone: "offline", icon: BellOff },
  unknown: { tone: "hold", icon: CircleHelp },
  cancelled: { tone: "offline", icon: Ban },
};

export function StateMark({ state }: { state: State }) {
  const { t } = useTranslation("notices");
  return (
    <Mark tone={STATE[state].tone} icon={STATE[state].icon}>
      {t(`state.${state}`)}
    </Mark>
  );
}

const CHANNEL: Record<Channel, LucideIcon> = { sms: MessageSquareText, mail: Mail, voice: PhoneOutgoing };

export function ChannelWord({ channel }: { channel: Channel }) {
  const { t } = useTranslation("notices");
  const Icon = CHANNEL[channel];
  return (
    <span className="row tight nowrap">
      <Icon size={15} aria-hidden /> {t(`channel.${channel}`)}
    </span>
  );
}

const WHYS = ["quiet", "retry", "gateway", "taken_back", "sent_again", "not_again", "not_wanted", "too_many", "too_late", "too_often", "refused", "unknown", "cancelled", "undeliverable", "expired", "rejected", "deleted"] as const;

/** Why it is as it is, with the gateway's or a person's words. */
export function useWhy() {
  const { t } = useTranslation("notices");
  return (notice: Pick<NoticeView, "why" | "detail">): string => {
    const known = WHYS.find((why) => why === notice.why);
    return [known ? t(`why.${known}`) : "", notice.detail].filter(Boolean).join(t("sep"));
  };
}

const STAGE: Record<Template["state"], { tone: Tone; icon: LucideIcon }> = {
  drafted: { tone: "wrap", icon: FilePen },
  approved: { tone: "ready", icon: FileCheck2 },
  retired: { tone: "offline", icon: FileX2 },
};

export function StageMark({ state }: { state: Template["state"] }) {
  const { t } = useTranslation("notices");
  return (
    <Mark tone={STAGE[state].tone} icon={STAGE[state].icon}>
      {t(`stage.${state}`)}
    </Mark>
  );
}

/** The product has another wording by now. */
export function NewerMark() {
  const { t } = useTranslation("notices");
  return (
    <Mark tone="wrap" icon={Sparkles}>
      {t("template.newer_mark")}
    </Mark>
  );
}
