// The calls of this moment, stage by stage; who has waited longest stands on top.
import { CirclePause, ClipboardCheck, Headphones, Hourglass, ListTree, PhoneForwarded, PhoneIncoming, PhoneOff, PhoneOutgoing, Star, Voicemail, type LucideIcon } from "lucide-react";
import { memo, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Empty, Grid, Mark, Timer, type Tone } from "@kit";
import { useMay } from "@lib/session";
import type { CallState, Floor, LiveCall } from "./api";
import { CallDialog } from "./call-dialog";
import { DIRECT } from "./permissions";
import { byUrgency, stageOf, STAGES, type Stage } from "./order";

const LOOKS: Record<CallState, [Tone, LucideIcon]> = {
  arriving: ["accent", PhoneIncoming],
  dialling: ["call", PhoneOutgoing],
  in_flow: ["accent", ListTree],
  waiting: ["wrap", Hourglass],
  ringing: ["call", PhoneIncoming],
  announcing: ["call", ClipboardCheck],
  talking: ["ready", Headphones],
  holding: ["hold", CirclePause],
  consulting: ["hold", CirclePause],
  conference: ["ready", Headphones],
  parked: ["wrap", PhoneOff],
  reaching: ["call", PhoneForwarded],
  outside: ["call", PhoneForwarded],
  rating: ["hold", Star],
  leaving_message: ["rest", Voicemail],
  closing: ["offline", PhoneOff],
};

interface CallsProps {
  floor: Floor;
  wall: boolean;
  stage: string | undefined;
  queue: string | undefined;
  onStage: (stage: string | null) => void;
}

export const Calls = memo(function Calls({ floor, wall, stage, queue, onStage }: CallsProps) {
  const { t } = useTranslation("floor");
  const queues = useMemo(() => new Map(floor.queues.map((q) => [q.id, q.name])), [floor.queues]);
  const agents = useMemo(() => new Map(floor.agents.map((a) => [a.id, `${a.number} ${a.name}`])), [floor.agents]);
  const after = floor.calls.filter((call) => stageOf(call) === "after").length;
  const { now } = floor;
  const counts: Record<Stage, number> = { entering: now.entering, in_menu: now.in_menu, waiting: now.waiting, ringing: now.ringing, talking: now.talking, after };
  const direct = useMay(DIRECT);
  const [opened, setOpened] = useState<LiveCall | null>(null);
  const shown = byUrgency(floor.calls.filter((call) => (!stage || stageOf(call) === stage) && (!queue || call.queue === queue)));
  return (
    <section className="panel calls" aria-label={t("calls.label")}>
      <div className="stages" role="group" aria-label={t("calls.filter")}>
        {STAGES.map((key) => (
          <button key={key} type="button" aria-pressed={stage === key} onClick={() => onStage(stage === key ? null : key)}>
            <b>{counts[key]}</b>
            {t(`stage.${key}`)}
          </button>
        ))}
      </div>
      {shown.length > 0 ? (
        <div style={{ maxHeight: wall ? 900 : "max(320px, calc(100vh - 200px))", overflow: "auto" }} tabIndex={0} role="region" aria-label={t("calls.list")}>
          <Grid
            label={t("calls.list")}
            items={shown}
            itemKey={(call) => call.id}
            minWidth={240}
            height={wall ? 66 : 58}
            gap={0}
            render={(call) => {
              const [tone, icon] = LOOKS[call.state] ?? LOOKS.closing;
              const where = [call.agent ? agents.get(call.agent) : null, call.queue ? queues.get(call.queue) : null].filter(Boolean).join(" · ");
              const facts = (
                <>
                  <span className="strong">{call.direction === "in" ? call.from : call.to}</span>
                  <Timer since={call.since} />
                  <span className="sub">{where || (call.direction === "in" ? t("calls.to", { to: call.to }) : t("calls.by", { by: call.from }))}</span>
                  <Mark tone={tone} icon={icon}>
                    {t(`call_state.${call.state}`)}
                  </Mark>
                </>
              );
              return direct ? (
                <button type="button" className="live-call" title={t("call_order.open")} onClick={() => setOpened(call)}>
                  {facts}
                </button>
              ) : (
                <Link className="live-call" to={`/calls/${call.id}`}>
                  {facts}
                </Link>
              );
            }}
          />
        </div>
      ) : (
        <Empty icon={PhoneIncoming} title={t("calls.none")}>
          {t("calls.none_todo")}
        </Empty>
      )}
      {opened && <CallDialog opened={opened} floor={floor} onClose={() => setOpened(null)} />}
    </section>
  );
});
