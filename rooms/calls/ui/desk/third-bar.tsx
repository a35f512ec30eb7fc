// Somebody is asked beside the customer: who, how long, and what may follow.
import { Button } from "antd";
import { ArrowLeftRight, MessagesSquare, PhoneForwarded, PhoneOff, Undo2, UsersRound } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Mark, Timer } from "@kit";
import { useAgents, useQueues } from "@lib/directory";
import type { DeskAct, OwnDesk } from "@lib/desk";
import { can } from "./act";

type Plain = "complete_transfer" | "conference" | "swap" | "cancel_consult" | "drop_third" | "leave_conference";
const ACTS: [Plain, ReactNode][] = [
  ["complete_transfer", <PhoneForwarded key="a" size={16} aria-hidden />],
  ["conference", <UsersRound key="b" size={16} aria-hidden />],
  ["swap", <ArrowLeftRight key="c" size={16} aria-hidden />],
  ["cancel_consult", <Undo2 key="d" size={16} aria-hidden />],
  ["drop_third", <PhoneOff key="e" size={16} aria-hidden />],
  ["leave_conference", <PhoneForwarded key="f" size={16} aria-hidden />],
];

export function ThirdBar({ own, act }: { own: OwnDesk; act: (what: DeskAct) => void }) {
  const { t } = useTranslation("calls");
  const agents = useAgents();
  const queues = useQueues();
  const third = own.third;
  if (!third) return null;
  const who = third.agent ? agents.name(third.agent) : (third.number ?? queues.name(third.queue));
  return (
    <section className="third-bar" aria-label={t("desk.third.title")} data-tone="hold">
      <Mark tone="hold" icon={MessagesSquare}>
        {own.asker && third.stage !== "seeking" ? t(`desk.asked.${third.stage}`, { who: agents.name(own.asker) }) : t(`desk.third.${third.stage}`, { who })}
      </Mark>
      <Timer since={third.since} />
      <span className="grow" />
      {ACTS.filter(([name]) => can(own, name)).map(([name, icon]) => (
        <Button key={name} size="small" type={name === "complete_transfer" ? "primary" : "default"} icon={icon} onClick={() => act({ act: name })}>
          {t(`desk.third.act.${name}`)}
        </Button>
      ))}
    </section>
  );
}
