// A leader's order to one seat: its state, or the end of its call; always with a reason, which the journal keeps.
import { Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Field, groupOf, lookOf, Mark, useDeskWords, useReasonCodes } from "@kit";
import { EditDialog } from "@kit/dialog";
import { order, type Agent, type Order } from "./api";

export function OrderDialog({ agent, onClose }: { agent: Agent; onClose: () => void }) {
  const { t } = useTranslation("floor");
  const words = useDeskWords();
  const codes = useReasonCodes();
  const [chosen, setChosen] = useState<string | null>(null);
  const [why, setWhy] = useState("");
  const look = lookOf(groupOf(agent), agent.reason);

  const orders: [key: string, label: string, what: Order][] = [
    ["ready", words.state("ready"), { act: "direct", agent: agent.id, to: "ready" }],
    ...codes.map((reason): [string, string, Order] => [reason, words.reason(reason), { act: "direct", agent: agent.id, to: { not_ready: { reason } } }]),
    ["signed_out", words.state("signed_out"), { act: "direct", agent: agent.id, to: "signed_out" }],
    ...(agent.call ? [["end_call", t("order.end_call"), { act: "end_call", call: agent.call }] satisfies [string, string, Order]] : []),
  ];
  const what = orders.find(([key]) => key === chosen)?.[2];

  return (
    <EditDialog
      title={t("order.title", { name: agent.name, number: agent.number })}
      save={t("order.send")}
      saved={t("order.done", { name: agent.name })}
      dangerous={chosen === "end_call"}
      ready={what !== undefined && why.trim() !== ""}
      onClose={onClose}
      onSave={async () => {
        if (what) await order(what, why.trim());
      }}
    >
        <span>
          {t("order.now")}{" "}
          <Mark tone={look.tone} icon={look.icon}>
            {words.state(groupOf(agent))}
          </Mark>
        </span>
        <div className="choose" role="group" aria-label={t("order.choose")}>
          {orders.map(([key, label]) => (
            <button key={key} type="button" aria-pressed={chosen === key} onClick={() => setChosen(key)}>
              {label}
            </button>
          ))}
        </div>
        <p className="muted">{chosen === "end_call" ? t("order.end_call_means") : t("order.means")}</p>
        <Field label={t("order.why")} htmlFor="order-why" required>
          <Input id="order-why" value={why} maxLength={200} onChange={(event) => setWhy(event.target.value)} />
        </Field>
    </EditDialog>
  );
}
