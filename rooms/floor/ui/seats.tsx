// The seat grid: one tile an agent, those who need help first.
import { Headset, PhoneOff } from "lucide-react";
import { memo, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty, Grid, groupOf, GROUPS, lookOf, Mark, Timer, useDeskWords, type Group } from "@kit";
import { serverNow } from "@lib/clock";
import { useMay } from "@lib/session";
import type { Agent, Floor } from "./api";
import { DIRECT } from "./permissions";
import { byNeed, need, type Need } from "./order";
import { OrderDialog } from "./order-dialog";

const Seat = memo(function Seat({ agent, needs, queue, onOrder }: { agent: Agent; needs: Need; queue: string | undefined; onOrder?: ((agent: string) => void) | undefined }) {
  const { t } = useTranslation("floor");
  const words = useDeskWords();
  const group = groupOf(agent);
  const look = lookOf(group, agent.reason);
  const reason = agent.reason ? words.reason(agent.reason) : null;
  const word = group === "pause" && reason ? reason : words.state(agent.state);
  const unreachable = needs === "unreachable";
  const facts = [unreachable ? t("need.unreachable") : null, needs && !unreachable ? t(`need.${needs}`) : null, queue, agent.caller?.slice(-4), group === "pause" ? null : reason];
  const Tile = onOrder ? "button" : "div";
  return (
    <Tile className="seat" {...(onOrder ? { type: "button" as const, onClick: () => onOrder(agent.id), title: t("order.open", { name: agent.name }) } : {})} data-tone={unreachable ? "busy" : look.tone} data-need={needs !== null} data-ringing={agent.state === "ringing"}>
      <Mark tone={look.tone} icon={look.icon}>
        {word}
      </Mark>
      {agent.state === "signed_out" || !agent.since ? <span /> : <Timer since={agent.since} />}
      <span className="name">{agent.name}</span>
      <span className="no">{agent.number}</span>
      <span className="more">
        {unreachable && <PhoneOff size={13} aria-hidden />} {[...new Set(facts.filter(Boolean))].join(" · ")}
      </span>
    </Tile>
  );
});

interface SeatsProps {
  floor: Floor;
  wall: boolean;
  state: string | undefined;
  queue: string | undefined;
  onState: (state: string | null) => void;
}

export const Seats = memo(function Seats({ floor, wall, state, queue, onState }: SeatsProps) {
  const { t } = useTranslation("floor");
  const words = useDeskWords();
  const names = useMemo(() => new Map(floor.queues.map((q) => [q.id, q.name])), [floor.queues]);
  const mayDirect = useMay(DIRECT);
  const [ordered, setOrdered] = useState<string | null>(null);
  const seat = floor.agents.find((agent) => agent.id === ordered);
  const now = serverNow();
  const counts = useMemo(() => {
    const found = new Map<Group, number>();
    for (const agent of floor.agents) found.set(groupOf(agent), (found.get(groupOf(agent)) ?? 0) + 1);
    return found;
  }, [floor.agents]);
  const shown = byNeed(
    floor.agents.filter((agent) => (state ? groupOf(agent) === state : agent.state !== "signed_out") && (!queue || agent.queue === queue)),
    now,
  );
  const nobody = floor.agents.length === 0 ? "none" : state || queue ? "none_here" : "none_in";
  return (
    <section aria-label={t("seats.label")}>
      <div className="bar">
        <div className="choose" role="group" aria-label={t("seats.filter")}>
          {GROUPS.map((group) => {
            const { tone, icon } = lookOf(group);
            const n = counts.get(group) ?? 0;
            return (
              <button key={group} type="button" aria-pressed={state === group} data-none={n === 0} onClick={() => onState(state === group ? null : group)}>
                <Mark tone={n === 0 ? "offline" : tone} icon={icon}>
                  {words.state(group)}
                </Mark>
                <b>{n}</b>
              </button>
            );
          })}
        </div>
      </div>
      {shown.length > 0 ? (
        <Grid
          label={t("seats.label")}
          items={shown}
          itemKey={(agent) => agent.id}
          minWidth={wall ? 190 : 144}
          height={wall ? 92 : 74}
          render={(agent) => <Seat agent={agent} needs={need(agent, now)} queue={agent.queue ? names.get(agent.queue) : undefined} onOrder={mayDirect && !wall ? setOrdered : undefined} />}
        />
      ) : (
        <div className="panel">
          <Empty icon={Headset} title={t(`seats.${nobody}`)}>
            {t(`seats.${nobody}_todo`)}
          </Empty>
        </div>
      )}
      {seat && <OrderDialog key={seat.id} agent={seat} onClose={() => setOrdered(null)} />}
    </section>
  );
});
