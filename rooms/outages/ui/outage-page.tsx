// One outage: how it stands, what was said of it and whether that held, what callers hear, who is affected, who was told.
import { App, Button } from "antd";
import { Copy, PhoneCall, Printer, Send, Users } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";
import { type Column, Due, Empty, Facts, Mark, Moment, Page, Pager, Panel, Short, Skeletons, Table, Trouble } from "@kit";
import { ExportButton } from "@kit/export";
import { useAgents, useUnits } from "@lib/directory";
import { useMay } from "@lib/session";
import { Acts } from "./acts";
import { useAffected, useOutage, useTold, type Affected, type OutageView, type Revision, type State } from "./api";
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

function Limits({ outage }: { outage: OutageView }) {
  const { t } = useTranslation("outages");
  if (outage.findings.length === 0) return null;
  return (
    <Panel title={t("page.limits")}>
      <div className="stack">
        {outage.findings.map((finding) => {
          const excuse = outage.excuses.find(({ duty }) => duty === finding.duty);
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
    { key: "why", title: t("act.why"), cell: (one) => one.why || "—" },
    { key: "by", title: t("page.by"), cell: (one) => agents.name(one.by) ?? t("centre") },
  ];
  return (
    <Panel flush title={t("page.revisions")}>
      <Table label={t("page.revisions")} columns={columns} rows={rows} rowKey={(one) => String(one.nth)} empty={<Empty icon={Send} title={t("page.nothing_said")}>{t("page.nothing_said_todo")}</Empty>} />
    </Panel>
  );
}

function AffectedList({ id }: { id: string }) {
  const { t } = useTranslation("outages");
  const [after, setAfter] = useState<string | null>(null);
  const page = useAffected(id, after);
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
            <ExportButton path={`/api/outages/${id}/affected/exports`} filters={{}} />
            <Button icon={<Printer size={16} aria-hidden />} onClick={() => void navigate(`/outages/${id}/paper`)}>{t("affected.print")}</Button>
          </span>
        )
      }
    >
      {page.isError && !page.data ? (
        <Trouble error={page.error} retry={() => void page.refetch()} />
      ) : (
        <Table
          label={t("affected.title")}
          columns={columns}
          rows={page.data?.affected}
          rowKey={(one) => one.account}
          empty={<Empty icon={Users} title={t("affected.none")}>{t("affected.none_todo")}</Empty>}
          foot={<Pager words="list" newest={!after} onNewest={() => setAfter(null)} onOlder={next ? () => setAfter(next) : undefined} />}
        />
      )}
    </Panel>
  );
}

function Telling({ id }: { id: string }) {
  const { t } = useTranslation("outages");
  const told = useTold(id).data;
  return (
    <>
      <Panel flush title={t("call.title")}>
        <CallsTable calls={told?.calls} empty={<Empty icon={PhoneCall} title={t("telling.no_calls")}>{t("telling.no_calls_todo")}</Empty>} />
      </Panel>
      <Panel flush title={t("telling.liaisons")}>
        <LiaisonsTold told={told?.liaisons} empty={<Empty icon={Send} title={t("telling.no_liaisons")}>{t("telling.no_liaisons_todo")}</Empty>} />
      </Panel>
      <Panel title={t("telling.customers")}>
        {told?.waves.length === 0 && <p className="muted">{t("telling.no_waves")}</p>}
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
  if (found.isError && !found.data) return <Trouble page error={found.error} retry={() => void found.refetch()} />;
  const outage = found.data;
  if (!outage)
    return (
      <Page title={t("nav.outages")}>
        <Skeletons lines={12} />
      </Page>
    );
  const { plan } = outage;
  const places = plan.area.places.map((one) => [one.area, one.road, one.community, one.buildings && t("place.of", { buildings: one.buildings })].filter(Boolean).join(""));
  return (
    <Page title={`${plan.area.text} ${t(`off.${outage.utility}`)}`} lead={outage.number} actions={<Acts outage={outage} />}>
      <Panel>
        <div className="stack">
          <div className="row tight">
            <StateMark state={outage.state} />
            <Alarms outage={outage} />
            {outage.state === "cancelled" && <span className="muted">{outage.why}</span>}
          </div>
          {outage.state !== "cancelled" && <Way state={outage.state} />}
          <Facts
            items={[
              [t("form.class"), t(`class.${outage.class}`)],
              [t("form.cause"), `${t(`cause.${outage.cause}`)}（${plan.reason}）`],
              [t("column.starts"), <Moment key="s" at={outage.starts} seconds={false} />],
              [t("column.ends"), outage.ends ? <Moment key="e" at={outage.ends} seconds={false} /> : outage.next_news ? <span key="e">{t("column.news")} <Short at={outage.next_news} /></span> : null],
              [t("page.back"), outage.restored_at && <Moment key="r" at={outage.restored_at} seconds={false} />],
              [t("act.crew"), t(`crew.${outage.crew}`)],
              [t("page.due"), outage.due && <Due key="d" at={outage.due} past={t("alarm.past")} />],
              [t("after.master"), <MasterOrder key="o" outage={outage} />],
              [t("page.owner"), agents.name(outage.owner)],
              [t("column.unit"), units.name(outage.unit)],
              [t("column.counts"), <CountsText key="c" counts={outage.counts} />],
              [t("page.where"), [...outage.elements.map((one) => `${one.name}（${one.code}）`), ...places, plan.area.accounts.length > 0 ? t("page.accounts", { count: plan.area.accounts.length }) : ""].filter(Boolean).join("、")],
              [t("form.scope"), plan.scope || null],
            ]}
          />
        </div>
      </Panel>
      <Limits outage={outage} />
      <AfterPart outage={outage} />
      <Said outage={outage} />
      <GreetingPart outage={outage} />
      <Telling id={outage.id} />
      <Texts outage={outage} />
      <AffectedList key={outage.id} id={outage.id} />
    </Page>
  );
}
