// How a call came out, how it was rated, and who was at the other side: colour, icon, word.
import { Bot, CheckCircle2, CircleDashed, LogOut, MessageSquareText, PhoneMissed, PhoneOff, PhoneOutgoing, Star, Voicemail, Users, ZapOff, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Mark, Phone, type Tone } from "@kit";
import { dialAgain } from "@lib/desk";
import { otherSide, type CallItem, type CallResult } from "./api";

const LOOKS: Record<CallResult, [Tone, LucideIcon]> = {
  answered: ["ready", CheckCircle2],
  abandoned: ["busy", PhoneMissed],
  self_served: ["accent", Bot],
  left_menu: ["offline", LogOut],
  voicemail: ["rest", Voicemail],
  callback: ["rest", PhoneOutgoing],
  message: ["wrap", MessageSquareText],
  not_answered: ["offline", PhoneOff],
};

export function Result({ call }: { call: Pick<CallItem, "result" | "interrupted"> }) {
  const { t } = useTranslation("calls");
  if (call.interrupted)
    return (
      <Mark tone="busy" icon={ZapOff}>
        {t("result.interrupted")}
      </Mark>
    );
  if (call.result === null)
    return (
      <Mark tone="call" icon={CircleDashed}>
        {t("result.going_on")}
      </Mark>
    );
  const [tone, icon] = LOOKS[call.result] ?? LOOKS.not_answered;
  return (
    <Mark tone={tone} icon={icon}>
      {t(`result.${call.result}`)}
    </Mark>
  );
}

/** The other side's number; a sign where it was not the customer who called. */
export function OtherSide({ call }: { call: Pick<CallItem, "id" | "direction" | "from" | "to"> }) {
  const { t } = useTranslation("calls");
  const Icon = call.direction === "out" ? PhoneOutgoing : Users;
  return (
    <span className="row tight nowrap strong">
      <Phone number={otherSide(call)} onDial={dialAgain(call.id, call.direction)} />
      {call.direction !== "in" && <Icon size={14} role="img" aria-label={t(`direction.${call.direction}`)} />}
    </span>
  );
}

export function Rating({ score }: { score: number | null }) {
  const { t } = useTranslation("calls");
  if (score === null) return <span className="muted">—</span>;
  return (
    <Mark tone={score >= 4 ? "ready" : score === 3 ? "wrap" : "busy"} icon={Star}>
      {t(`rating.${Math.min(5, Math.max(1, score)) as 1 | 2 | 3 | 4 | 5}`)}
    </Mark>
  );
}
