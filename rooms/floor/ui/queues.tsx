// One small card a queue: who waits, how long, who could answer. A click shows only its seats and calls.
import { useTranslation } from "react-i18next";
import { Empty, Timer, type Tone } from "@kit";
import { ListOrdered } from "lucide-react";
import { serverNow } from "@lib/clock";
import type { Queue } from "./api";
import { TARGETS, toneOf } from "./tiles";

function toneOfQueue(queue: Queue): Tone | undefined {
  const wait = queue.longest_since ? serverNow() - Date.parse(queue.longest_since) : 0;
  return toneOf(wait > TARGETS.wait_ms, wait > TARGETS.waitAlarm_ms || queue.waiting >= queue.agents_ready + 5);
}

export function Queues({ queues, chosen, onChoose }: { queues: Queue[]; chosen: string | undefined; onChoose: (queue: string | null) => void }) {
  const { t } = useTranslation("floor");
  if (queues.length === 0) {
    return (
      <div className="panel">
        <Empty icon={ListOrdered} title={t("queues.none")}>
          {t("queues.none_todo")}
        </Empty>
      </div>
    );
  }
  return (
    <div className="queues" role="group" aria-label={t("queues.label")}>
      {queues.map((queue) => (
        <button key={queue.id} type="button" className="queue" data-tone={queue.waiting > 0 ? toneOfQueue(queue) : undefined} aria-pressed={chosen === queue.id} onClick={() => onChoose(chosen === queue.id ? null : queue.id)}>
          <b>{queue.name}</b>
          <span className="n">
            {queue.longest_since && <Timer since={queue.longest_since} label={t("tile.longest")} />}
            {queue.waiting}
          </span>
          <span className="sub">{t("queues.agents", { ready: queue.agents_ready, talking: queue.agents_talking })}</span>
          <span className="sub">{t("queues.today", { requests: queue.requests_today, answered: queue.answered_today })}</span>
        </button>
      ))}
    </div>
  );
}
