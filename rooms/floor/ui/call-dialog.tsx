// A leader's order about one call: give it to an agent, move it to another queue, end it; always with a reason.
import { Input, Select } from "antd";
import { ArrowRight } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Field, Notice, Timer } from "@kit";
import { EditDialog } from "@kit/dialog";
import { order, type CallState, type Floor, type LiveCall, type Order } from "./api";

/** Only who waits, or rings and would wait again, can be led elsewhere. */
export const movable = (state: CallState) => state === "waiting" || state === "ringing";

type Choice = "give_call" | "move_call" | "end_call";

export function CallDialog({ opened, floor, onClose }: { opened: LiveCall; floor: Floor; onClose: () => void }) {
  const { t } = useTranslation("floor");
  // The call goes on meanwhile, and may end.
  const found = floor.calls.find((call) => call.id === opened.id);
  const call = found ?? opened;
  const canMove = movable(call.state);
  const [wanted, setChoice] = useState<Choice | null>(null);
  const [to, setTo] = useState<string | null>(null);
  const [why, setWhy] = useState("");
  const choices: Choice[] = canMove ? ["give_call", "move_call", "end_call"] : ["end_call"];
  const choice = wanted && choices.includes(wanted) ? wanted : (choices[0] ?? "end_call");
  const ready = floor.agents.filter((agent) => agent.state === "ready" && agent.phone_reachable !== false);
  const targets =
    choice === "give_call"
      ? ready.map((agent) => ({ value: agent.id, label: `${agent.number} ${agent.name}` }))
      : floor.queues.filter((queue) => queue.id !== call.queue).map((queue) => ({ value: queue.id, label: t("call_order.queue", { name: queue.name, waiting: queue.waiting, ready: queue.agents_ready }) }));
  const what: Order | null = choice === "end_call" ? { act: choice, call: call.id } : to ? { act: choice, call: call.id, to } : null;
  return (
    <EditDialog
      title={t("call_order.title", { from: call.from })}
      save={t(`call_order.act.${choice}`)}
      saved={t("call_order.done")}
      dangerous={choice === "end_call"}
      ready={found !== undefined && what !== null && why.trim() !== ""}
      onClose={onClose}
      onSave={async () => {
        if (what) await order(what, why.trim());
      }}
    >
      {!found && (
        <Notice tone="wrap" title={t("call_order.gone")}>
          {t("call_order.gone_todo")}
        </Notice>
      )}
      <span className="row">
        {t(`call_state.${call.state}`)} <Timer since={call.since} />
        <span className="grow" />
        <Link className="row tight" to={`/calls/${call.id}`}>
          {t("call_order.open_call")} <ArrowRight size={16} aria-hidden />
        </Link>
      </span>
      <div className="choose" role="group" aria-label={t("order.choose")}>
        {choices.map((key) => (
          <button
            key={key}
            type="button"
            aria-pressed={choice === key}
            onClick={() => {
              setChoice(key);
              setTo(null);
            }}
          >
            {t(`call_order.act.${key}`)}
          </button>
        ))}
      </div>
      <p className="muted">{t(`call_order.means.${choice}`)}</p>
      {choice !== "end_call" && (
        <Field label={choice === "give_call" ? t("call_order.agent") : t("call_order.to_queue")} htmlFor="call-to" required help={choice === "give_call" && ready.length === 0 ? t("call_order.nobody_ready") : undefined}>
          <Select id="call-to" value={to} options={targets} showSearch={{ optionFilterProp: "label" }} disabled={targets.length === 0} onChange={setTo} />
        </Field>
      )}
      <Field label={t("order.why")} htmlFor="call-why" required>
        <Input id="call-why" value={why} maxLength={200} onChange={(event) => setWhy(event.target.value)} />
      </Field>
    </EditDialog>
  );
}
