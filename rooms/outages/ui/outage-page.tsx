// One outage: how it stands, what was said of it and whether that held, what callers hear, who is affected, who was told.
import { App, Button } from "antd";
import { Ban, Copy, Hourglass, PhoneCall, Printer, Send, Users } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useNavigate, useParams } from "react-router";
import { Choose, type Column, Due, Empty, Facts, Mark, Moment, Notice, Page, Pager, Panel, Short, Skeletons, Table, Trouble } from "@kit";
import { ExportButton } from "@kit/export";
import { useAgents, useUnits } from "@lib/directory";
import { useMay } from "@lib/session";
import { Acts } from "./acts";
import { isPersonal, useAffected, useOutage, useTold, type Affected, type Call, type OutageView, type Revision, type State } from "./api";
import { AfterPart, WaveBar } from "./after-part";
import { CallsTable, LiaisonsTold } from "./calls-table";
import { MasterOrder } from "./master-order";
import { GreetingPart } from "./greeting-part";
import { Alarms, CountsText, FateMark, FindingMark, StateMark } from "./marks";
import { EXPORT } from "./permissions";
import "./outages.css";

/** The way from draft to closed, with where it is now. */
const WAY: State[] = ["draft", "submitted", "approved", "published", "in_progress", "restored", "closed"];

function Way({ state }: { state: State }) {
  const { t } = useTranslation("outages");
  const at = WAY.indexOf(state);
  return (
    <ol className="way" aria-label={t("page.way")}>
      {WAY.map((one, nth) => (
        <li key={one} data-done={nth < at || undefined} aria-current={nth === at ? "step" : undefined}>
          {t(`state.${one}`)}
        </li>
      ))}
    </ol>
  );
}

/** What somebody does next, and who is telephoned now and next. */
function Next({ outage }: { outage: OutageView }) {
  const { t } = useTranslation("outages");
  const calls = useTold(outage.id).data?.calls.filter(({ state }) => state === "open") ?? [];
  const first = calls.reduce<Call | null>((before, one) => (!before || one.due < before.due ? one : before), null);
  const fault = outage.class === "fault" && (outage.state === "draft" || outage.state === "submitted");
  const todo = fault ? t("next.fault") : outage.state === "closed" || outage.state === "cancelled" ? null : t(`next.${outage.state}`);
  if (!todo && !first) return null;
  return (
    <div className="row tight not-on-paper">
      {todo && <span><span className="muted">{t("next.title")}</span> {todo}</span>}
      {first && (
        <a href="#calls" className="row tight">
          <PhoneCall size={15} aria-hidden />
          {t("next.calls", { count: calls.length, name: first.name })} <Due at={first.due} past={t("alarm.past")} />
        </a>
      )}
    </div>
  );
}

/** What somebody has to know of it before anything else, each with the way on. */
function Heed({ outage }: { outage: OutageView }) {
  const { t } = useTranslation("outages");
  const navigate = useNavigate();
  const over = outage.state === "closed" || outage.state === "cancelled";
  const may = (verb: "edit" | "revise") => outage.allowed.includes(verb);
  const open = (verb: "edit" | "revise") => void navigate(".", { replace: true, state: { open: verb } });
  const way = may("edit") ? "edit" : outage.state === "submitted" || outage.state === "approved" ? "return" : "public";
  return (
    <>
      {outage.state === "cancelled" && !outage.published_at && <Notice tone="offline" icon={Ban} title={t("page.never_told")} />}
      {outage.stale && (
        <Notice tone="busy" icon={Hourglass} title={t(outage.ends ? "page.stale" : "page.no_news")} action={may("revise") && <Button onClick={() => open("revise")}>{t("act.revise")}</Button>}>
          {t(outage.ends ? (isPersonal(outage) ? "page.stale_personal" : "page.stale_todo") : "page.no_news_todo")}
        </Notice>
      )}
      {!over && outage.counts.all === 0 && !outage.recounting && (
        <Notice tone="wrap" icon={Users} title={t("affected.none")} action={may("edit") && <Button onClick={() => open("edit")}>{t("act.edit")}</Button>}>
          {t(`page.nobody_${way}`)}
        </Notice>
      )}
      {outage.unapproved.length > 0 && (
        <Notice tone="wrap" title={t("page.unapproved", { texts: outage.unapproved.join(t("semicolon")) })}>
          {t("page.unapproved_todo")} <Link to="/notices/templates">{t("page.unapproved_open")}</Link>
        </Notice>
      )}
      {outage.recounting && <Notice tone="call" title={t("page.recounting")}>{t("page.recounting_todo")}</Notice>}
    </>
  );
}

/** More of them are in the sheet itself. */
const ELEMENTS_SHOWN = 12;

function Where({ outage }: { outage: OutageView }) {
  const { t } = useTranslation("outages");
  const [all, setAll] = useState(false);
  const { elements, plan } = outage;
  const places = plan.area.places.map((one) => [one.area, one.road, one.community, one.buildings && t("place.of", { buildings: one.buildings })].filter(Boolean).join(""));
  const sorted = [...elements].sort((one, other) => one.code.localeCompare(other.code, "zh", { numeric: true }));
  const shown = all ? sorted : sorted.slice(0, ELEMENTS_SHOWN);
  return (
    <div>
      <span className="muted">{t("page.where")}</span>
      <div className="where">
        {shown.map((one) => (
          <Link key={one.id} to={`/customers/network/${one.id}`}>{one.name} <span className="muted">{one.code}</span></Link>
        ))}
        {places.map((text) => <span key={text}>{text}</span>)}
        {plan.area.accounts.length > 0 && <span>{t("page.accounts", { count: plan.area.accounts.length })}</span>}
        {elements.length > shown.length && <Button size="small" type="link" onClick={() => setAll(true)}>{t("page.all_elements", { count: elements.length })}</Button>}
      </div>
    </div>
  );
}

function Limits({ outage }: { outage: OutageView }) {
  const { t } = useTranslation("outages");
  if (outage.findings.length === 0) return null;
  return (
    <Panel title={t("page.limits")}>
      <div className="stack">
        {outage.findings.map((finding) => {
          const excuse = outage.excuses.filter(({ duty }) => duty === finding.duty).at(-1);
          return (
            <div key={finding.duty} className="row tight">
              <FindingMark finding={finding} />
              <span>
                {t(`duty.${finding.duty}`)} <span className="muted">{excuse ? t("page.excused", { why: excuse.why }) : t(`duty.todo_${finding.duty}`)}</span>
              </span>
            </div>
          );
        })}
      </div>
    </Panel>
  );
}

function Said({ outage }: { outage: OutageView }) {
  const { t } = useTranslation("outages");
  const agents = useAgents();
  const rows = outage.revisions.map((revision, nth) => ({ ...revision, nth: nth + 1 })).reverse();
  const columns: Column<Revision & { nth: number }>[] = [
    { key: "nth", title: t("page.revision"), num: true, cell: (one) => one.nth },
    { key: "moment", title: t("telling.moment"), cell: (one) => t(`moment.${one.moment}`) },
    { key: "at", title: t("page.said_at"), cell: (one) => <Short at={one.at} /> },
    {
      key: "ends",
      title: t("column.ends"),
      cell: (one) => {
        const estimate = outage.estimates.find(({ revision }) => revision === one.nth);
        return (
          <span className="row tight">
            {one.ends ? <Short at={one.ends} /> : one.next_news ? <span>{t("column.news")} <Short at={one.next_news} /></span> : "—"}
            {estimate && <FateMark fate={estimate.fate} />}
          </span>
        );
      },
    },
    { key: "cause", title: t("form.cause"), cell: (one) => t(`cause.${one.cause}`) },
    { key: "crew", title: t("act.crew"), cell: (one) => t(`crew.${one.crew}`) },
    { key: "why", title: t("act.why"), cell: (one) => [one.moved && t("page.moved", one.moved), one.why].filter(Boolean).join(t("semicolon")) || "—" },
    { key: "by", title: t("page.by"), cell: (one) => agents.name(one.by) ?? t("centre") },
  ];
  return (
    <Panel flush title={t("page.revisions")}>
      <Table label={t("page.revisions")} columns={columns} rows={rows} rowKey={(one) => String(one.nth)} empty={<Empty icon={Send} title={t("page.nothing_said")}>{t("page.nothing_said_todo")}</Empty>} />
    </Panel>
  );
}

function AffectedList({ outage }: { outage: OutageView }) {
  const { t } = useTranslation("outages");
  const { id } = outage;
  const [after, setAfter] = useState<string | null>(null);
  const [left, setLeft] = useState(false);
  const page = useAffected(id, after, left, outage.version);
  const moved = outage.revisions.some((one) => (one.moved?.left ?? 0) > 0);
  const mayExport = useMay(EXPORT);
  const navigate = useNavigate();
  const next = page.data?.next;
  const columns: Column<Affected>[] = [
    { key: "rank", title: t("affected.rank"), cell: (one) => (one.rank < 4 ? <Mark tone={one.rank === 1 ? "busy" : "wrap"} icon={Users}>{t(`rank.${one.rank}`)}</Mark> : "") },
    { key: "name", title: t("affected.name"), cell: (one) => <Link to={`/customers/${one.customer}`}>{one.name}</Link> },
    { key: "number", title: t("affected.number"), cell: (one) => one.number },
    { key: "class", title: t("affected.class"), cell: (one) => t(`customer.${one.class as "residential"}`) },
    { key: "address", title: t("affected.address"), cell: (one) => one.address },
  ];
  return (
    <Panel
      flush
      title={t("affected.title")}
      extra={
        mayExport && (
          <span className="row tight not-on-paper">
            <ExportButton path={`/api/outages/${id}/affected/exports`} filters={{}} title={t("affected.export")} />
            <Button icon={<Printer size={16} aria-hidden />} onClick={() => void navigate(`/outages/${id}/paper`)}>{t("affected.print")}</Button>
          </span>
        )
      }
    >
      {moved && (
        <div className="panel-body not-on-paper">
          <Choose
            label={t("affected.which")}
            value={left ? "left" : "now"}
            items={(["now", "left"] as const).map((key) => ({ key, label: t(`affected.${key}`) }))}
            onChoose={(key) => { setLeft(key === "left"); setAfter(null); }}
          />
        </div>
      )}
      {page.isError && !page.data ? (
        <Trouble error={page.error} retry={() => void page.refetch()} />
      ) : (
        <Table
          label={t("affected.title")}
          columns={columns}
          rows={page.data?.affected}
          rowKey={(one) => one.account}
          empty={left ? <Empty icon={Users} title={t("affected.none_left")}>{t("affected.none_left_todo")}</Empty> : <Empty icon={Users} title={t("affected.none")}>{t("affected.none_todo")}</Empty>}
          foot={<Pager words="list" newest={!after} onNewest={() => setAfter(null)} onOlder={next ? () => setAfter(next) : undefined} />}
        />
      )}
    </Panel>
  );
}

function Telling({ outage }: { outage: OutageView }) {
  const { t } = useTranslation("outages");
  const told = useTold(outage.id).data;
  const before = outage.class === "planned" || outage.class === "temporary";
  return (
    <>
      <div id="calls">
        <Panel flush title={t("call.title")}>
          <CallsTable calls={told?.calls} empty={<Empty icon={PhoneCall} title={t("telling.no_calls")}>{before ? t("telling.no_calls_todo") : t("telling.no_calls_at_once")}</Empty>} />
        </Panel>
      </div>
      <Panel flush={!isPersonal(outage)} title={t("telling.liaisons")}>
        {isPersonal(outage) ? (
          <p className="muted">{t("telling.personal")}</p>
        ) : (
          <LiaisonsTold told={told?.liaisons} empty={<Empty icon={Send} title={t("telling.no_liaisons")}>{t("telling.no_liaisons_todo")}</Empty>} />
        )}
      </Panel>
      <Panel title={t("telling.customers")}>
        {told?.waves.length === 0 && <p className="muted">{t(outage.published_at ? "telling.none_written" : "telling.no_waves")}</p>}
        {told?.waves.map((wave) => (
          <p key={`${wave.revision} ${wave.moment}`} className="row tight">
            {t(`moment.${wave.moment}`)}{t("colon")}
            {t("telling.wave", { sent: wave.sent, refused: wave.refused })} {wave.done_at ? <Short at={wave.done_at} /> : <WaveBar passed={wave.passed} total={wave.total} />}
          </p>
        ))}
        {told && told.wishes > 0 && <p>{t("telling.wishes", { count: told.wishes })}</p>}
      </Panel>
    </>
  );
}

function Texts({ outage }: { outage: OutageView }) {
  const { t } = useTranslation("outages");
  const { message } = App.useApp();
  if (outage.texts.length === 0) return null;
  const copy = (text: string) => navigator.clipboard.writeText(text).then(() => message.success(t("texts.copied")), () => message.error(t("texts.not_copied")));
  return (
    <Panel title={t("texts.title")} extra={<Button size="small" className="not-on-paper" icon={<Printer size={14} aria-hidden />} onClick={() => window.print()}>{t("texts.print")}</Button>}>
      <div className="texts">
        {outage.texts.map((one) => (
          <section key={one.medium} aria-label={t(`medium.${one.medium}`)}>
            <div className="row">
              <h3>{t(`medium.${one.medium}`)}</h3>
              <span className="grow" />
              <Button size="small" className="not-on-paper" icon={<Copy size={14} aria-hidden />} onClick={() => void copy(one.body)}>{t("texts.copy")}</Button>
            </div>
            <pre>{one.body}</pre>
          </section>
        ))}
      </div>
    </Panel>
  );
}

export default function OutagePage() {
  const { id = "" } = useParams();
  const { t } = useTranslation("outages");
  const [agents, units] = [useAgents(), useUnits()];
  const found = useOutage(id);
  // What is asked for by a button of the page opens its dialog.
  const { key } = useLocation();
  if (found.isError && !found.data) return <Trouble page error={found.error} retry={() => void found.refetch()} />;
  const outage = found.data;
  if (!outage)
    return (
      <Page title={t("nav.outages")}>
        <Skeletons lines={12} />
      </Page>
    );
  const { plan } = outage;
  // Called off before anybody was told: nobody hears of it, and nobody is to be told.
  const unsaid = outage.state === "cancelled" && !outage.published_at;
  return (
    <Page title={`${plan.area.text} ${t(`off.${outage.utility}`)}`} lead={outage.number} actions={<Acts key={key} outage={outage} />}>
      <Panel>
        <div className="stack">
          <div className="row tight">
            <StateMark state={outage.state} />
            <Alarms outage={outage} />
            {outage.state === "cancelled" && <span className="muted">{outage.why}</span>}
          </div>
          {outage.state !== "cancelled" && <Way state={outage.state} />}
          <Next outage={outage} />
          <Heed outage={outage} />
          <Facts
            items={[
              [t("form.class"), t(`class.${outage.class}`)],
              [t("form.cause"), `${t(`cause.${outage.cause}`)}（${plan.reason}）`],
              [t("column.starts"), <Moment key="s" at={outage.starts} seconds={false} />],
              [t("column.ends"), outage.ends ? <Moment key="e" at={outage.ends} seconds={false} /> : outage.next_news ? <span key="e">{t("column.news")} <Short at={outage.next_news} /></span> : null],
              [t("page.back"), outage.restored_at && <Moment key="r" at={outage.restored_at} seconds={false} />],
              [t("act.crew"), isPersonal(outage) ? null : t(`crew.${outage.crew}`)],
              [t("page.due"), outage.due && <Due key="d" at={outage.due} past={t("alarm.past")} />],
              [t("after.master"), <MasterOrder key="o" outage={outage} />],
              [t("page.owner"), agents.name(outage.owner)],
              [t("column.unit"), units.name(outage.unit)],
              [t("column.counts"), <CountsText key="c" counts={outage.counts} />],
              [t("form.scope"), plan.scope || null],
            ]}
          />
          <Where outage={outage} />
        </div>
      </Panel>
      <Limits outage={outage} />
      <AfterPart outage={outage} />
      {!unsaid && <Said outage={outage} />}
      {outage.state !== "cancelled" && <GreetingPart outage={outage} />}
      {!unsaid && <Telling outage={outage} />}
      <Texts outage={outage} />
      <AffectedList key={outage.id} outage={outage} />
    </Page>
  );
}
