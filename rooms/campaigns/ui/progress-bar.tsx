// How far a campaign has come, in a line: reached, otherwise done, being called, still to be called.
import { useTranslation } from "react-i18next";
import { count } from "@lib/format";
import type { Progress } from "./api";
import "./campaigns.css";

export function ProgressBar({ of }: { of: Progress }) {
  const { t } = useTranslation("campaigns");
  if (of.people === 0) return <span className="muted">{t("progress.nobody")}</span>;
  const reached = of.outcomes.reached ?? 0;
  const width = (part: number) => ({ width: `${(100 * part) / of.people}%` });
  return (
    <span className="campaign-progress">
      <span className="campaign-bar" role="img" aria-label={t("progress.label", { reached, others: of.done - reached, calling: of.calling, waiting: of.waiting })}>
        <i data-part="reached" style={width(reached)} />
        <i data-part="others" style={width(of.done - reached)} />
        <i data-part="calling" style={width(of.calling)} />
      </span>
      <span className="muted">{t("progress.done", { done: count(of.done), people: count(of.people) })}</span>
    </span>
  );
}
