// The demo's button: people who really call in over SIP, wait, talk and hang up.
import { App, Button, InputNumber, Modal } from "antd";
import { CheckCircle2, Loader } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Field, Mark, Notice, useProblemText } from "@kit";
import { count } from "@lib/format";
import { simulate, stopSimulation, useSimulation } from "./api";

const PRESETS = [
  { key: "few", calls: 10, rate: 0.5, agents: 5 },
  { key: "hour", calls: 120, rate: 1, agents: 20 },
  { key: "storm", calls: 600, rate: 8, agents: 30 },
] as const;

export function SimulateDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("floor");
  const { t: app } = useTranslation("app");
  const { message } = App.useApp();
  const problemText = useProblemText();
  const running = useSimulation(true, true);
  const [calls, setCalls] = useState(120);
  const [rate, setRate] = useState(1);
  const [agents, setAgents] = useState(20);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const said = problem ? problemText(problem) : null;

  async function start(): Promise<void> {
    setBusy(true);
    setProblem(null);
    try {
      await simulate({ calls, rate, agents });
      message.success(t("simulate.started", { calls }));
      onClose();
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Modal
      open
      title={t("simulate.title")}
      onCancel={onClose}
      width={560}
      footer={
        <>
          <Button onClick={onClose}>{app("cancel")}</Button>
          <Button type="primary" loading={busy} onClick={() => void start()}>
            {t("simulate.start", { calls })}
          </Button>
        </>
      }
    >
      <div className="stack" style={{ gap: 16 }}>
        <p className="soft">{t("simulate.lead")}</p>
        {running.data && (running.data.running || running.data.placed > 0) && (
          <Notice tone={running.data.running ? "call" : "ready"} title={running.data.running ? t("simulate.running") : t("simulate.done")} icon={running.data.running ? Loader : CheckCircle2}
            action={
              running.data.running ? (
                <Button size="small" onClick={() => void stopSimulation().catch(setProblem)}>
                  {t("simulate.stop")}
                </Button>
              ) : undefined
            }
          >
            {t("simulate.progress", { placed: count(running.data.placed), calls: count(running.data.calls), finished: count(running.data.finished), failed: count(running.data.failed) })}
          </Notice>
        )}
        {said && (
          <Notice tone="busy" title={said.what}>
            {said.todo}
          </Notice>
        )}
        <div className="choose" role="group" aria-label={t("simulate.presets")}>
          {PRESETS.map((preset) => (
            <button
              key={preset.key}
              type="button"
              aria-pressed={preset.calls === calls && preset.rate === rate && preset.agents === agents}
              onClick={() => {
                setCalls(preset.calls);
                setRate(preset.rate);
                setAgents(preset.agents);
              }}
            >
              {t(`simulate.preset.${preset.key}`)}
            </button>
          ))}
        </div>
        <div className="row" style={{ alignItems: "start" }}>
          <Field label={t("simulate.calls")} htmlFor="sim-calls">
            <InputNumber id="sim-calls" min={1} max={1_000} precision={0} value={calls} onChange={(value) => setCalls(value ?? 1)} />
          </Field>
          <Field label={t("simulate.rate")} htmlFor="sim-rate">
            <InputNumber id="sim-rate" min={0.1} max={20} step={0.5} value={rate} onChange={(value) => setRate(value ?? 1)} />
          </Field>
          <Field label={t("simulate.agents")} htmlFor="sim-agents">
            <InputNumber id="sim-agents" min={0} max={30} precision={0} value={agents} onChange={(value) => setAgents(value ?? 0)} />
          </Field>
        </div>
        <Mark tone="offline" icon={CheckCircle2}>
          {t("simulate.safe")}
        </Mark>
      </div>
    </Modal>
  );
}
