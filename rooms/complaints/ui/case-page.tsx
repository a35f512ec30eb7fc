// One case: where it stands on its way, what is to be done next, what it is about, what shows what happened, and who did what.
import { Button, Tooltip } from "antd";
import { ArrowLeft, Check, ClipboardCheck, FileText, LockKeyhole, MessageSquareQuote, PhoneCall, TriangleAlert, UserRoundX } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { Due, Facts, Mark, Moment, Notice, Page, Panel, Skeletons, Trouble } from "@kit";
import { useAgents, useUnits } from "@lib/directory";
import { useMay } from "@lib/session";
import { ActDialog } from "./act-dialog";
import { isOpen, STAGES, useCase, useFindings, useSubtypes, type Case, type Evidence, type Stage, type Verb } from "./api";
import { FindingMark, LevelMark, StageMark, VerdictMark } from "./marks";
import { READ } from "./permissions";
import { saidIn } from "./said";
import "./complaints.css";

const WAY: Stage[] = STAGES.filter((stage) => stage !== "dropped");

/** The committee's way in seven steps, with where the case stands. */
function Way({ of }: { of: Case }) {
  const { t } = useTranslation("complaints");
  const at = WAY.indexOf(of.stage);
  return (
    <ol className="case-way" aria-label={t("way")}>
      {WAY.map((stage, place) => {
        const state = of.stage === "dropped" ? "later" : place < at || of.stage === "closed" ? "done" : place === at ? "now" : "later";
        return (
          <li key={stage} data-state={state} aria-current={state === "now" ? "step" : undefined}>
            <span className="case-dot">{state === "done" ? <Check size={13} aria-hidden /> : place + 1}</span>
            {t(`way_of.${stage}` as "way_of.new")}
          </li>
        );
      })}
    </ol>
  );
}

const MAIN: Verb[] = ["accept", "liaise", "reassign", "investigate", "review", "feed_back", "analyse"];
/** Of several that fit, the one that leads on. */
const NEXT: Record<Stage, Verb | null> = { new: "accept", accepted: "liaise", contacted: "reassign", assigned: "investigate", investigated: "review", called_back: "feed_back", fed_back: "analyse", closed: null, dropped: null };

function Acts({ of }: { of: Case }) {
  const { t } = useTranslation("complaints");
  const [open, setOpen] = useState<Verb | null>(null);
  if (of.allowed.length === 0) return null;
  const order = [...of.allowed].sort((a, b) => (MAIN.includes(a.act) ? 0 : 1) - (MAIN.includes(b.act) ? 0 : 1));
  return (
    <div className="row wrap tight" role="group" aria-label={t("acts")}>
      {order.map(({ act, barred }) => (
        <Tooltip key={act} title={barred ? t(`barred.${barred}`) : undefined}>
          <Button type={act === NEXT[of.stage] && !barred ? "primary" : "default"} disabled={barred !== undefined} onClick={() => setOpen(act)}>
            {t(`act.${act}`)}
          </Button>
        </Tooltip>
      ))}
      {open && <ActDialog verb={open} of={of} onClose={() => setOpen(null)} />}
    </div>
  );
}

function ExhibitLine({ of, evidence }: { of: Case; evidence: Evidence }) {
  const { t } = useTranslation("complaints");
  const agents = useAgents();
  const file = evidence.what === "file" ? of.order_facts.attachments.find((one) => one.id === evidence.attachment) : undefined;
  return (
    <li>
      <span className="row tight wrap">
        {evidence.what === "call" && (
          <Link to={`/calls/${evidence.call}`} className="row tight">
            <PhoneCall size={15} aria-hidden /> {t("exhibit.call")}
          </Link>
        )}
        {evidence.what === "file" && (
          <a href={`/api/work_orders/${of.order}/attachments/${evidence.attachment}`} className="row tight">
            <FileText size={15} aria-hidden /> {file?.name ?? t("exhibit.file")}
          </a>
        )}
        {evidence.what === "words" && <MessageSquareQuote size={15} aria-hidden />}
        {evidence.what === "words" && <span className="case-words">{evidence.text}</span>}
      </span>
      <span className="muted">
        <Moment at={evidence.at} seconds={false} /> {agents.name(evidence.by) ?? t("with_order")}
      </span>
    </li>
  );
}

function Investigation({ of }: { of: Case }) {
  const { t } = useTranslation("complaints");
  const agents = useAgents();
  return (
    <Panel title={t("part.evidence", { count: of.evidence.length })}>
      <div className="stack">
        {of.evidence.length === 0 ? <p className="muted">{t("evidence.none")}</p> : <ol className="case-lines">{of.evidence.map((one) => <ExhibitLine key={`${one.at} ${one.what}`} of={of} evidence={one} />)}</ol>}
        {of.conclusion && (
          <div className="case-conclusion">
            <span className="row tight wrap">
              <VerdictMark verdict={of.conclusion.verdict} />
              <span className="muted">
                <Moment at={of.conclusion.at} seconds={false} /> {agents.name(of.conclusion.by)}
              </span>
            </span>
            <p className="case-words">{of.conclusion.words}</p>
          </div>
        )}
        {of.needs_review && (
          <div className="stack" style={{ gap: 4 }}>
            <b>{t("review.title", { count: of.votes.length })}</b>
            {of.votes.map((vote) => (
              <span key={vote.by}>
                {agents.name(vote.by)}：{vote.words} <span className="muted"><Moment at={vote.at} seconds={false} /></span>
              </span>
            ))}
          </div>
        )}
      </div>
    </Panel>
  );
}

/** What was found about this order. */
function Found({ of }: { of: Case }) {
  const { t } = useTranslation("complaints");
  const found = useFindings({ order: of.order, state: undefined }, useMay(READ)).data?.items ?? [];
  if (found.length === 0) return null;
  return (
    <Panel title={t("findings.title")}>
      <ol className="case-lines">
        {found.map((one) => (
          <li key={one.id}>
            <span className="row tight wrap">
              <Link to={`/complaints/findings/${one.id}`}>{t(`finding.${one.kind}`)}</Link>
              <span className="grow" />
              <FindingMark state={one.state} kind={one.kind} />
            </span>
            <span className="soft">{t(`shows.${one.kind}`)}</span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

function Ending({ of }: { of: Case }) {
  const { t } = useTranslation("complaints");
  if (!of.done_at && !of.fed_back && !of.analysis) return null;
  return (
    <Panel title={t("part.ending")}>
      <Facts
        items={[
          ...(of.done_at ? ([[t("ending.done"), <span key="done" className="row tight"><Moment at={of.done_at} seconds={false} /> {of.satisfaction ? t(`satisfaction.${of.satisfaction}`) : t("ending.not_asked")}</span>]] as [string, React.ReactNode][]) : []),
          ...(of.fed_back ? ([[t("ending.customer"), of.fed_back.customer], [t("ending.unit"), of.fed_back.unit]] as [string, React.ReactNode][]) : []),
          ...(of.analysis ? ([[t("ask.cause"), t(`cause.${of.analysis.cause}`)], [t("ask.lesson"), of.analysis.lesson], [t("ask.measure"), of.analysis.measure]] as [string, React.ReactNode][]) : []),
        ]}
      />
    </Panel>
  );
}

function LevelPart({ of }: { of: Case }) {
  const { t } = useTranslation("complaints");
  const agents = useAgents();
  return (
    <Panel title={t("part.level")}>
      <div className="stack" style={{ gap: 8 }}>
        <span className="row tight wrap">
          <LevelMark level={of.level} confirmed={of.level_confirmed} />
          {of.level_by && <span className="muted">{t("level_by", { who: agents.name(of.level_by) })}</span>}
        </span>
        <span className="soft">
          {t("proposed")}：{t(`level.${of.proposal.level}`)}
          {of.proposal.grounds.length > 0 && `（${of.proposal.grounds.map((one) => t(`ground.${one.ground}` as "ground.repeat", { count: one.count ?? 0 })).join("、")}）`}
        </span>
        {of.needs_review && <span className="soft">{t("review.needed")}</span>}
      </div>
    </Panel>
  );
}

function OrderPart({ of }: { of: Case }) {
  const { t } = useTranslation("complaints");
  const [agents, units] = [useAgents(), useUnits()];
  const facts = of.order_facts;
  const who = [...of.persons.map((person) => agents.name(person)), ...of.units.map((unit) => units.name(unit))].filter(Boolean);
  return (
    <Panel title={t("part.order")} extra={<Link to={`/work_orders/${of.order}`}>{t("order.open")}</Link>}>
      <div className="stack" style={{ gap: 12 }}>
        <p className="case-words">{facts.content}</p>
        <Facts
          items={[
            [t("order.about"), who.length > 0 ? who.join("、") : t("order.nobody")],
            [t("order.contact"), facts.contact ? `${facts.contact} ${facts.phone}` : t(`privacy.${facts.privacy}`)],
            [t("order.address"), facts.address || "—"],
            [t("order.accepted_by"), agents.name(facts.accepted_by) ?? "—"],
            [t("order.unit"), units.name(of.unit) ?? t("order.no_unit")],
            [t("order.emotion"), t(`emotion.${facts.emotion}`)],
            [t("order.urges"), facts.urges],
          ]}
        />
        {facts.result && (
          <Facts
            items={[
              [t("result.cause"), facts.result.cause],
              [t("result.action"), facts.result.action],
              [t("result.told"), facts.result.told || "—"],
            ]}
          />
        )}
      </div>
    </Panel>
  );
}

function Timeline({ of }: { of: Case }) {
  const { t } = useTranslation("complaints");
  const [agents, units] = [useAgents(), useUnits()];
  return (
    <Panel title={t("part.timeline")}>
      <ol className="case-lines">
        {[...of.steps].reverse().map((step) => {
          const said = saidIn(step.act);
          const named = [...said.units.map((unit) => units.name(unit)), ...said.persons.map((person) => agents.name(person)), ...said.terms.map((term) => t(term as "level.major"))].filter(Boolean);
          return (
            <li key={step.seq}>
              <span className="row tight wrap">
                <b>{t(`did.${step.verb}` as "did.open")}</b>
                {named.length > 0 && <span>{named.join(" · ")}</span>}
                <span className="grow" />
                {step.from !== step.to && <StageMark stage={step.to} />}
              </span>
              {said.words.map((words) => <p key={words} className="case-words">{words}</p>)}
              <span className="muted">
                <Moment at={step.at} seconds={false} /> {agents.name(step.who) ?? t("by_itself")}
              </span>
            </li>
          );
        })}
      </ol>
    </Panel>
  );
}

export default function CasePage() {
  const { t } = useTranslation("complaints");
  const { order = "" } = useParams();
  const query = useCase(order);
  const subtype = useSubtypes();
  const agents = useAgents();
  const of = query.data;
  if (query.isError && !of) return <Trouble page error={query.error} retry={() => void query.refetch()} />;
  if (!of)
    return (
      <Page title={t("nav.complaints")}>
        <Skeletons lines={10} />
      </Page>
    );
  return (
    <Page
      title={t("case_title", { number: of.number })}
      heading={
        <span className="row">
          <Link to="/complaints" aria-label={t("back")} className="row">
            <ArrowLeft size={20} aria-hidden />
          </Link>
          {of.number}
          <StageMark stage={of.stage} chip />
        </span>
      }
      lead={
        <span className="row tight wrap">
          {t(`kind.${of.kind}`)} · {subtype(of.subtype)} <LevelMark level={of.level} confirmed={of.level_confirmed} />
          {of.owner && <span className="muted">{t("owner", { who: agents.name(of.owner) })}</span>}
          {of.late && <Mark tone="busy" icon={TriangleAlert}>{t("late")}</Mark>}
        </span>
      }
    >
      {of.misdirected && isOpen(of.stage) && (
        <Notice tone="busy" icon={UserRoundX} title={t("misdirected.title")}>
          {t("misdirected.text")}
        </Notice>
      )}
      {of.own && (
        <Notice tone="accent" icon={LockKeyhole} title={t("own.title")}>
          {t("own.text")}
        </Notice>
      )}
      <Panel label={t("way")}>
        <div className="stack" style={{ gap: 14 }}>
          <Way of={of} />
          <span className="row wrap">
            <Acts of={of} />
            <span className="grow" />
            {of.due && (
              <span className="row tight">
                <span className="muted">{t(`due_of.${of.stage}` as "due_of.new")}</span> <Due at={of.due} past={t("overdue")} />
              </span>
            )}
          </span>
          {of.stage === "investigated" && <span className="soft row tight"><ClipboardCheck size={15} aria-hidden /> {t("waits_for_customer")}</span>}
        </div>
      </Panel>
      <div className="case-columns">
        <div className="stack" style={{ gap: 16 }}>
          <OrderPart of={of} />
          <Investigation of={of} />
          <Ending of={of} />
        </div>
        <div className="stack" style={{ gap: 16 }}>
          <LevelPart of={of} />
          <Found of={of} />
          <Timeline of={of} />
        </div>
      </div>
    </Page>
  );
}
