// One campaign: how far it has come, what its attempts came to, who is in it; and what may be done with it now.
import { App, Button } from "antd";
import { CirclePlay, CirclePause, MoonStar, Pencil, SearchX, ShieldCheck, Square, TriangleAlert, UserPlus } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { type Column, Facts, Nothing, Notice, Page, Panel, Short, Skeletons, Tile, Trouble, useProblemText } from "@kit";
import { ChoiceFilter, Filters } from "@kit/filters";
import { useFound } from "@kit/found";
import { Listed } from "@kit/listed";
import { useAgents } from "@lib/directory";
import { count, percent } from "@lib/format";
import { act, FILTERS, OUTCOMES, STAGES, useCampaign, useSettings, useTargets, type Act, type CampaignView, type TargetLine } from "./api";
import { CampaignDialog } from "./edit-dialog";
import { StageMark, StateMark } from "./marks";
import { PeopleDialog } from "./people-dialog";
import { TargetDialog } from "./target-dialog";

const ProgressChart = lazy(() => import("./progress-chart"));

const ACTS: Record<Act, typeof Square> = { approve: ShieldCheck, start: CirclePlay, pause: CirclePause, stop: Square };

function Acts({ of, onEdit, onAdd }: { of: CampaignView; onEdit: () => void; onAdd: () => void }) {
  const { t } = useTranslation("campaigns");
  const { message, modal } = App.useApp();
  const problem = useProblemText();
  const [busy, setBusy] = useState<Act | null>(null);
  const run = (what: Act) => {
    setBusy(what);
    return act(of.id, what)
      .catch((error: unknown) => void message.error(problem(error).what))
      .finally(() => setBusy(null));
  };
  const ask = (what: Act) => {
    if (what === "pause") return void run(what);
    modal.confirm({ title: t(`ask.${what}`), content: t(`ask.${what}_what`, { count: of.progress.waiting }), okText: t(`act.${what}`), okButtonProps: { danger: what === "stop" }, onOk: () => run(what) });
  };
  const acts = (["approve", "start", "pause", "stop"] as const).filter((what) => of.allowed.includes(what));
  return (
    <>
      {of.allowed.includes("add") && <Button icon={<UserPlus size={16} aria-hidden />} onClick={onAdd}>{t("act.add")}</Button>}
      {of.allowed.includes("change") && <Button icon={<Pencil size={16} aria-hidden />} onClick={onEdit}>{t("act.change")}</Button>}
      {acts.map((what) => {
        const Icon = ACTS[what];
        return (
          <Button key={what} type={what === "approve" || what === "start" ? "primary" : "default"} danger={what === "stop"} loading={busy === what} icon={<Icon size={16} aria-hidden />} onClick={() => ask(what)}>
            {t(of.state === "paused" && what === "start" ? "act.resume" : `act.${what}`)}
          </Button>
        );
      })}
    </>
  );
}

function Tiles({ of }: { of: CampaignView }) {
  const { t } = useTranslation("campaigns");
  const { progress } = of;
  const reached = progress.outcomes.reached ?? 0;
  const cut = progress.outcomes.interrupted ?? 0;
  return (
    <div className="tiles">
      <Tile title={t("tile.people")} value={count(progress.people)} />
      <Tile title={t("tile.calling")} value={count(progress.calling)} {...(progress.calling > 0 ? { tone: "call" as const } : {})} />
      <Tile title={t("tile.waiting")} value={count(progress.waiting)} foot={progress.tried > 0 ? t("tile.tried", { count: progress.tried }) : undefined} />
      <Tile title={t("tile.reached")} value={count(reached)} foot={progress.done > 0 ? t("tile.share", { share: percent(reached / progress.done) }) : undefined} {...(reached > 0 ? { tone: "ready" as const } : {})} />
      <Tile title={t("tile.others")} value={count(progress.done - reached)} foot={cut > 0 ? t("tile.interrupted", { count: cut }) : undefined} />
    </div>
  );
}

function People({ of }: { of: CampaignView }) {
  const { t } = useTranslation("campaigns");
  const found = useFound(FILTERS);
  const { filters } = found;
  const live = of.state === "running" || of.progress.calling > 0;
  const targets = useTargets(of.id, filters, live);
  const [open, setOpen] = useState<string | null>(null);
  const columns: Column<TargetLine>[] = [
    { key: "number", title: t("column.number"), cell: (one) => <Button type="link" size="small" style={{ padding: 0 }} onClick={() => setOpen(one.id)}>{one.number}</Button> },
    { key: "about", title: t("column.about"), cell: (one) => one.about || "—" },
    { key: "stage", title: t("column.stage"), cell: (one) => <StageMark stage={one.stage} outcome={one.outcome} /> },
    { key: "tries", title: t("column.tries"), num: true, cell: (one) => `${one.tries}/${of.plan.attempts}` },
    { key: "due", title: t("column.due"), cell: (one) => (one.due ? <Short at={one.due} /> : "—") },
  ];
  return (
    <>
      <Filters label={t("people.filters")} active={found.filtered} onClear={found.clear}>
        <ChoiceFilter id="stage" label={t("column.stage")} width={130} value={filters.stage} onChange={(stage) => found.set({ stage })} options={STAGES.map((stage) => ({ value: stage, label: t(`stage.${stage}`) }))} />
        <ChoiceFilter id="outcome" label={t("column.outcome")} width={160} value={filters.outcome} onChange={(outcome) => found.set({ outcome })} options={OUTCOMES.map((outcome) => ({ value: outcome, label: t(`outcome.${outcome}`) }))} />
      </Filters>
      <Listed
        label={t("people.list")}
        columns={columns}
        of={targets}
        words="list"
        rowKey={(one) => one.id}
        onOpen={(one) => setOpen(one.id)}
        empty={<Nothing filtered={found.filtered} found={[t("people.none_found"), t("people.none_found_todo")]} onAll={found.clear} icon={SearchX} none={[t("people.none"), t("people.none_todo")]} />}
      />
      {open && <TargetDialog id={open} onClose={() => setOpen(null)} />}
    </>
  );
}

export default function CampaignPage() {
  const { t } = useTranslation("campaigns");
  const { id = "" } = useParams();
  const campaign = useCampaign(id);
  const settings = useSettings().data;
  const agents = useAgents();
  const [dialog, setDialog] = useState<"edit" | "people" | null>(null);
  const of = campaign.data;
  if (!of) return <Page title={t("nav.campaigns")}>{campaign.isError ? <Trouble error={campaign.error} retry={() => void campaign.refetch()} /> : <Skeletons lines={8} />}</Page>;
  const hours = of.plan.hours.map(({ from, to }) => `${from.slice(0, 5)}–${to.slice(0, 5)}`).join(" ");
  return (
    <Page title={of.name} lead={of.purpose} actions={<Acts of={of} onEdit={() => setDialog("edit")} onAdd={() => setDialog("people")} />}>
      {of.trouble && <Notice tone="busy" icon={TriangleAlert} title={t(`trouble.${of.trouble}`, { flow: of.plan.flow })} />}
      {of.state === "running" && !of.hours_open && (
        <Notice tone="wrap" icon={MoonStar} title={t("hours.closed")}>
          {t("hours.from")} <Short at={of.hours_from} />
        </Notice>
      )}
      <Tiles of={of} />
      <Panel title={t("chart.title")}>
        {of.bars.length > 0 ? (
          <Suspense fallback={<Skeletons lines={6} />}>
            <ProgressChart bars={of.bars} />
          </Suspense>
        ) : (
          <p className="muted">{t("chart.none")}</p>
        )}
      </Panel>
      <Panel title={t("facts.title")}>
        <Facts
          items={[
            [t("column.state"), <StateMark key="state" state={of.state} />],
            [t("edit.flow"), of.plan.flow],
            [t("plan.hours"), hours || t("plan.any_hour")],
            [t("plan.attempts"), t("facts.attempts", { attempts: of.plan.attempts, gap: of.plan.gap_min })],
            [t("facts.pace"), t("facts.pace_what", { at_once: of.plan.at_once, keep_free: of.plan.keep_free })],
            [t("edit.confirm"), of.plan.confirm || t("facts.any_key")],
            [t("facts.by"), of.standing ? t("facts.standing") : (agents.name(of.created_by) ?? "—")],
          ]}
        />
      </Panel>
      <People of={of} />
      {dialog === "edit" && settings && <CampaignDialog of={of} settings={settings} onClose={() => setDialog(null)} />}
      {dialog === "people" && <PeopleDialog campaign={of.id} onClose={() => setDialog(null)} />}
    </Page>
  );
}
