// What came of the attempt, and what the customer said; says what will follow before it is written down.
import { App, Button, DatePicker, Input } from "antd";
import dayjs from "dayjs";
import { BellRing } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Choose, Field, Moment, Notice, useProblemText } from "@kit";
import { serverNow } from "@lib/clock";
import { follows, lacks, NOTHING, unsatisfied, type Draft } from "./answers";
import { OUTCOMES, REASONS, record, SATISFACTIONS, type Outcome, type Report, type TaskView } from "./api";

function Questions({ task, draft, set }: { task: TaskView; draft: Draft; set: (patch: Partial<Draft>) => void }) {
  const { t } = useTranslation("callbacks");
  const bad = unsatisfied(draft);
  const arrived = task.facts.arrived_at;
  return (
    <>
      <Field label={t("ask.solved")}>
        <Choose label={t("ask.solved")} value={draft.solved === null ? null : draft.solved ? "yes" : "no"} items={(["yes", "no"] as const).map((key) => ({ key, label: t(`answer.${key}`) }))} onChoose={(key) => set({ solved: key === "yes" })} />
      </Field>
      {arrived && (
        <Field label={t("ask.arrival")} help={<>{t("ask.arrival_recorded")} <Moment at={arrived} seconds={false} /></>}>
          <div className="row tight">
            <Choose
              label={t("ask.arrival")}
              value={draft.arrival?.came ?? null}
              items={(["as_recorded", "at", "never"] as const).map((key) => ({ key, label: t(`came.${key}`) }))}
              onChoose={(came) => set({ arrival: came === "at" ? { came, at: "" } : { came } })}
            />
            {draft.arrival?.came === "at" && (
              <DatePicker
                aria-label={t("came.when")}
                showTime={{ format: "HH:mm" }}
                format="MM-DD HH:mm"
                defaultPickerValue={dayjs(arrived)}
                minDate={dayjs(task.facts.accepted_at)}
                maxDate={dayjs(serverNow())}
                value={draft.arrival.at ? dayjs(draft.arrival.at) : null}
                onChange={(at) => set({ arrival: { came: "at", at: at?.toISOString() ?? "" } })}
              />
            )}
          </div>
        </Field>
      )}
      <div className="form-grid">
        <Field label={t("ask.conduct")}>
          <Choose label={t("ask.conduct")} value={draft.conduct} items={(["good", "poor"] as const).map((key) => ({ key, label: t(`conduct.${key}`) }))} onChoose={(conduct) => set({ conduct })} />
        </Field>
        <Field label={t("ask.charges")}>
          <Choose label={t("ask.charges")} value={draft.charges} items={(["none", "proper", "doubtful"] as const).map((key) => ({ key, label: t(`charges.${key}`) }))} onChoose={(charges) => set({ charges })} />
        </Field>
      </div>
      <Field label={t("ask.satisfaction")} required>
        <Choose label={t("ask.satisfaction")} value={draft.satisfaction} items={SATISFACTIONS.map((key) => ({ key, label: t(`satisfaction.${key}`) }))} onChoose={(satisfaction) => set({ satisfaction })} />
      </Field>
      {bad && (
        <Field label={t("ask.reason")} required help={draft.reason ? t(`reason_help.${draft.reason}`) : undefined}>
          <Choose label={t("ask.reason")} value={draft.reason} items={REASONS.map((key) => ({ key, label: t(`reason.${key}`) }))} onChoose={(reason) => set({ reason })} />
        </Field>
      )}
      <Field label={t("ask.verbatim")} htmlFor="verbatim" required={bad} help={t("ask.verbatim_help")}>
        <Input.TextArea id="verbatim" autoSize={{ minRows: 2, maxRows: 6 }} maxLength={2000} value={draft.verbatim} onChange={(event) => set({ verbatim: event.target.value })} />
      </Field>
      {bad && (draft.reason === "policy" || draft.reason === "other") && (
        <Field label={t("ask.explained")} htmlFor="explained" required help={t("ask.explained_help")}>
          <Input.TextArea id="explained" autoSize={{ minRows: 2, maxRows: 6 }} maxLength={1000} value={draft.explained} onChange={(event) => set({ explained: event.target.value })} />
        </Field>
      )}
    </>
  );
}

export function AnswersForm({ task, onDone }: { task: TaskView; onDone: (task: TaskView) => void }) {
  const { t } = useTranslation("callbacks");
  const { message } = App.useApp();
  const problem = useProblemText();
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [draft, setDraft] = useState<Draft>(NOTHING);
  const [note, setNote] = useState("");
  const [wish, setWish] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<unknown>(null);
  const missing = outcome === "reached" ? lacks(draft) : [];
  const again = task.rounds.some((round) => round.state.state === "asked" && round.state.ending === "reopened");
  const last = outcome !== null && !["reached", "refused", "later"].includes(outcome) && task.tries + 1 >= task.tries_max;
  const ending = outcome === "reached" ? follows(draft, again) : null;
  const ready = outcome !== null && missing.length === 0 && (outcome !== "later" || wish !== null);

  const save = () => {
    if (outcome === null) return;
    let report: Report;
    if (outcome === "reached") {
      if (draft.satisfaction === null) return;
      report = { outcome, answers: { ...draft, satisfaction: draft.satisfaction } };
    } else if (outcome === "later") {
      if (wish === null) return;
      report = { outcome, at: wish, note };
    } else report = { outcome, note };
    setBusy(true);
    setFailed(null);
    record(task.order, report)
      .then((done) => {
        message.success(t("record.done"));
        onDone(done);
      })
      .catch(setFailed)
      .finally(() => setBusy(false));
  };
  return (
    <div className="stack" style={{ gap: 16 }}>
      {failed ? <Notice tone="busy" title={problem(failed).what} /> : null}
      <Field label={t("record.outcome")} required>
        <Choose label={t("record.outcome")} value={outcome} items={OUTCOMES.map((key) => ({ key, label: t(`outcome.${key}`) }))} onChoose={setOutcome} />
      </Field>
      {outcome === "reached" && <Questions task={task} draft={draft} set={(patch) => setDraft({ ...draft, ...patch })} />}
      {outcome === "later" && (
        <Field label={t("record.wish")} htmlFor="wish" required help={t("record.wish_help")}>
          <DatePicker id="wish" showTime={{ format: "HH:mm", minuteStep: 5 }} format="MM-DD ddd HH:mm" minDate={dayjs(serverNow())} maxDate={dayjs(serverNow()).add(7, "day")} value={wish ? dayjs(wish) : null} onChange={(at) => setWish(at?.second(0).millisecond(0).toISOString() ?? null)} />
        </Field>
      )}
      {outcome !== null && outcome !== "reached" && (
        <Field label={t("record.note")} htmlFor="note">
          <Input id="note" value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />
        </Field>
      )}
      {(ending === "reopened" || ending === "supervised") && <Notice tone="wrap" icon={BellRing} title={t(`follows.${ending}`)} />}
      {last && <Notice tone="wrap" icon={BellRing} title={t("follows.missed")} />}
      <div className="row">
        <span className="muted">{missing.map((lack) => t(`lack.${lack}`)).join(t("lack.and"))}</span>
        <span className="grow" />
        <Button type="primary" disabled={!ready} loading={busy} onClick={save}>
          {ending ? t(`save.${ending}`) : t("save.attempt")}
        </Button>
      </div>
    </div>
  );
}
