// One escalation: what it is about, why, where it stands, its ladder, and what can be done.
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Short } from "@kit";
import { useAgents } from "@lib/directory";
import type { Escalation } from "./api";
import { Actions } from "./actions";
import { Grounds, MatterLink, StateMark } from "./marks";
import { Steps } from "./steps";

export function Card({ of, whole = false }: { of: Escalation; whole?: boolean }) {
  const { t } = useTranslation("escalations");
  const agents = useAgents();
  const words = of.reasons.filter((reason) => reason.words !== "");
  return (
    <article className="esc-card" aria-label={of.number}>
      <div className="row">
        <StateMark state={of.state} chip />
        {whole ? <strong>{of.number}</strong> : <Link to={`/escalations/${of.id}`}>{of.number}</Link>}
        <MatterLink matter={of.matter} />
        <Grounds of={of} />
        <span className="grow" />
        <span className="muted">
          {of.begun_by ? t("begun_by", { name: agents.name(of.begun_by) ?? "" }) : t("begun_by_rule")} <Short at={of.begun_at} />
        </span>
      </div>
      {words.map((reason) => (
        <p key={`${reason.at}.${reason.ground}`} className="soft">
          <Short at={reason.at} /> {reason.by ? `${agents.name(reason.by) ?? ""}：` : ""}{reason.words}
        </p>
      ))}
      {of.state === "unheard" && <p role="alert">{t("unheard_todo")}</p>}
      {(of.state === "acknowledged" || of.state === "taken_over") && of.by && of.at && (
        <p>{t(`has.${of.state}`, { name: agents.name(of.by) ?? "" })} <Short at={of.at} />{of.state === "acknowledged" && of.due && <> · {t("has.until")} <Short at={of.due} /></>}</p>
      )}
      {of.state === "closed" && <p>{t("ended.closed", { name: agents.name(of.by) ?? "" })}{of.summary}</p>}
      {of.state === "stood_down" && <p>{of.by ? t("ended.stood_down", { name: agents.name(of.by) ?? "" }) : t("ended.by_itself")}{of.why}</p>}
      <Steps of={of} />
      <Actions of={of} />
    </article>
  );
}
