// What was tried to reach a customer and what he said, each time that an order came to be called back.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Moment, Panel, Short } from "@kit";
import { useAgents } from "@lib/directory";
import { MACHINE, type Attempt, type TaskView } from "./api";
import { OutcomeMark, SatisfactionMark, StateMark } from "./marks";
import "./callbacks.css";

function AttemptLine({ attempt }: { attempt: Attempt }) {
  const { t } = useTranslation("callbacks");
  const agents = useAgents();
  const { answers } = attempt;
  const arrival = answers?.arrival;
  const said = answers
    ? [
        answers.solved !== null && t(answers.solved ? "said.solved" : "said.not_solved"),
        arrival && arrival.came !== "at" && t(`said.${arrival.came}`),
        answers.conduct && `${t("ask.conduct")}：${t(`conduct.${answers.conduct}`)}`,
        answers.charges && `${t("ask.charges")}：${t(`charges.${answers.charges}`)}`,
        answers.reason && t(`reason.${answers.reason}`),
      ].filter(Boolean)
    : [];
  return (
    <li className="callback-attempt">
      <div className="row tight">
        <Moment at={attempt.at} seconds={false} />
        <OutcomeMark outcome={attempt.outcome} />
        {answers && <SatisfactionMark satisfaction={answers.satisfaction} />}
        {attempt.wish && <span>{t("wished_for")} <Short at={attempt.wish} /></span>}
        <span className="grow" />
        <span className="muted">{attempt.by === MACHINE ? t("machine") : agents.name(attempt.by)}</span>
        {attempt.call && <Link to={`/calls/${attempt.call}`}>{t("attempt.call")}</Link>}
      </div>
      {arrival?.came === "at" && <span>{t("said.at")} <Moment at={arrival.at} seconds={false} /></span>}
      {said.length > 0 && <span className="muted">{said.join(" · ")}</span>}
      {answers?.verbatim && <q>{answers.verbatim}</q>}
      {answers?.explained && <span>{t("ask.explained")}：{answers.explained}</span>}
      {attempt.note && <span>{attempt.note}</span>}
    </li>
  );
}

/** The last first. */
export function Attempts({ task, title, extra }: { task: TaskView; title?: string; extra?: ReactNode }) {
  const { t } = useTranslation("callbacks");
  const rounds = task.rounds.filter((round) => round.attempts.length > 0 || task.rounds.length > 1).reverse();
  return (
    <Panel title={title ?? t("attempt.title", { tries: task.tries, most: task.tries_max })} extra={extra}>
      {rounds.length === 0 && <p className="muted">{t("attempt.none")}</p>}
      {rounds.map((round) => (
        <div key={round.since} className="stack">
          {task.rounds.length > 1 && (
            <div className="row tight">
              <b>{t("attempt.round")} <Moment at={round.since} seconds={false} /></b>
              <StateMark state={round.state} />
            </div>
          )}
          <ol className="callback-attempts">
            {[...round.attempts].reverse().map((attempt) => (
              <AttemptLine key={attempt.recorded_at} attempt={attempt} />
            ))}
          </ol>
        </div>
      ))}
    </Panel>
  );
}
