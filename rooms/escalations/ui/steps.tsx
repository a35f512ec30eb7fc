// One escalation's ladder, drawn as steps: whose turn it was on each, whose it is, how they were told and how much time is left.
import { useTranslation } from "react-i18next";
import { useAgents } from "@lib/directory";
import { clock } from "@lib/format";
import type { Escalation, Told, Turn } from "./api";
import { ladder } from "./ladder";
import { Left } from "./left";

function useTold() {
  const { t } = useTranslation("escalations");
  return (told: Told) => (told.outcome === "calling" && told.came ? t("told.called", { came: t(`came.${told.came as "reached"}`), tries: told.tries ?? 0 }) : t(`told.${told.outcome}`, { by: t(`channel.${told.by}`) }));
}

function OneTurn({ turn }: { turn: Turn }) {
  const { t } = useTranslation("escalations");
  const agents = useAgents();
  const told = useTold();
  if (turn.person === null) return <li className="muted">{clock(turn.from, false)} {t("turn.nobody")}</li>;
  return (
    <li>
      <span>{agents.name(turn.person)}</span>{" "}
      {turn.end === null ? (
        <strong><Left until={turn.until} label={t("turn.left")} /></strong>
      ) : (
        <span className="muted">{clock(turn.from, false)} {t(`turn.${turn.end}`)}</span>
      )}
      <div className="soft">{turn.told.map(told).join(t("comma"))}</div>
    </li>
  );
}

/** The last turns of each step; what went round before stands in the history. */
const TURNS_SHOWN = 3;

export function Steps({ of }: { of: Escalation }) {
  const { t } = useTranslation("escalations");
  return (
    <ol className="esc-steps" aria-label={t("ladder")}>
      {ladder(of).map(({ rung, look, turns }) => (
        <li key={rung} className="esc-step" data-look={look} aria-current={look === "now" ? "step" : undefined}>
          <span className="row tight">
            <strong>{t(`rung.${rung}`)}</strong>
            <span className="muted">{t(`look.${look}`)}</span>
          </span>
          <ul>{turns.slice(-TURNS_SHOWN).map((turn) => <OneTurn key={`${turn.visit}.${turn.person}.${turn.from}`} turn={turn} />)}</ul>
        </li>
      ))}
    </ol>
  );
}
