// A leader's order to one seat: its state, or the end of its call; always with a reason, which the journal keeps.
import { App, Input, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Field, groupOf, lookOf, Mark, Notice, REASONS, useDeskWords, useProblemText } from "@kit";
import { order, type Agent, type Order } from "./api";

export function OrderDialog({ agent, onClose }: { agent: Agent; onClose: () => void }) {
  const { t } = useTranslation("floor");
  const { t: app } = useTranslation("app");
  const { message } = App.useApp();
  const words = useDeskWords();
  const problemText = useProblemText();
  const [chosen, setChosen] = useState<string | null>(null);
  const [why, setWhy] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const said = problem ? problemText(problem) : null;
  const look = lookOf(groupOf(agent), agent.reason);

  const orders: [key: string, label: string, what: Order][] = [
    ["ready", words.state("ready"), { act: "direct", agent: agent.id, to: "ready" }],
    ...REASONS.map((reason): [string, string, Order] => [reason, words.reason(reason), { act: "direct", agent: agent.id, to: { not_ready: { reason } } }]),
    ["signed_out", words.state("signed_out"), { act: "direct", agent: agent.id, to: "signed_out" }],
    ...(agent.call ? [["end_call", t("order.end_call"), { act: "end_call", call: agent.call }] satisfies [string, string, Order]] : []),
  ];
  const what = orders.find(([key]) => key === chosen)?.[2];

  async function send(): Promise<void> {
    if (!what) return;
    setBusy(true);
    setProblem(null);
    try {
      await order(what, why.trim());
      message.success(t("order.done", { name: agent.name }));
      onClose();
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Modal open title={t("order.title", { name: agent.name, number: agent.number })} okText={t("order.send")} cancelText={app("cancel")} confirmLoading={busy} okButtonProps={{ disabled: !what || !why.trim(), danger: chosen === "end_call" }} onCancel={onClose} onOk={() => void send()}>
      <div className="stack" style={{ gap: 16 }}>
        <span>
          {t("order.now")}{" "}
          <Mark tone={look.tone} icon={look.icon}>
            {words.state(groupOf(agent))}
          </Mark>
        </span>
        {said && (
          <Notice tone="busy" title={said.what}>
            {said.todo}
          </Notice>
        )}
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
      </div>
    </Modal>
  );
}
