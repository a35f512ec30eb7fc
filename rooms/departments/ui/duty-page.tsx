// Who is on duty: now in every unit, and a unit's week with its gaps; one's own duties as a calendar.
import { App, Button, Select } from "antd";
import { CalendarClock, ChevronLeft, ChevronRight, CopyPlus, Plus, TriangleAlert, Upload } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Empty, Mark, Notice, Page, Panel, Skeletons, Table, Trouble, useProblemText } from "@kit";
import { serverNow } from "@lib/clock";
import { useAgents, useUnits } from "@lib/directory";
import { clock, day, moment } from "@lib/format";
import { useMay } from "@lib/session";
import { useUrlState } from "@lib/url";
import { copyWeek, DUTIES, useOnDuty, useRoster, useUnit, type Copied, type Duty, type OnDutyHere, type Stretch } from "./api";
import { FeedPanel } from "./feed-panel";
import { ImportDialog } from "./import-dialog";
import { ROSTER } from "./permissions";
import { StretchDialog } from "./stretch-dialog";
import { rows } from "./tree";
import { later, monday, offered } from "./week";
import { WeekGrid } from "./week-grid";
import { HearsNotice, Tabs } from "./words";
import "./departments.css";

type Open = { stretch: Stretch | null; from: string; to: string } | null;

function Today({ onUnit }: { onUnit: (id: string) => void }) {
  const { t } = useTranslation("departments");
  const now = useOnDuty();
  const people = useAgents();
  const units = useUnits();
  const cell = (here: OnDutyHere, duty: Duty) =>
    here.on_duty
      .filter((one) => one.duty === duty)
      .map((one) => (
        <span key={one.person} className="duty-who">
          <b>{people.name(one.person)}</b> {one.phone && <span className="num">{one.phone}</span>} <span className="muted">{t("today.until", { at: clock(one.until, false) })}</span>
        </span>
      ));
  // Where nobody is stands first.
  const list = now.data?.toSorted((a, b) => Number(b.nobody) - Number(a.nobody) || (units.name(a.unit) ?? "").localeCompare(units.name(b.unit) ?? ""));
  return (
    <Panel flush title={t("today.title")} extra={<span className="muted">{moment(serverNow(), false)}</span>}>
      {now.isError && !now.data ? (
        <Trouble error={now.error} retry={() => void now.refetch()} />
      ) : (
        <Table
          label={t("today.title")}
          rows={list}
          rowKey={(here) => here.unit}
          expect={4}
          columns={[
            { key: "unit", title: t("today.unit"), cell: (here) => <button type="button" className="linkish strong" onClick={() => onUnit(here.unit)}>{units.name(here.unit)}</button> },
            ...DUTIES.map((duty) => ({
              key: duty,
              title: t(`duty.${duty}`),
              cell: (here: OnDutyHere) =>
                duty === "first" && here.nobody ? (
                  <Mark tone="busy" icon={TriangleAlert}>
                    {t("today.nobody")}
                  </Mark>
                ) : (
                  cell(here, duty)
                ),
            })),
          ]}
          empty={
            <Empty icon={CalendarClock} title={t("today.none")}>
              {t("today.none_todo")}
            </Empty>
          }
        />
      )}
    </Panel>
  );
}

export default function DutyPage() {
  const { t } = useTranslation("departments");
  const { message } = App.useApp();
  const problem = useProblemText();
  const units = useUnits();
  const people = useAgents();
  const now = useOnDuty();
  const [url, setUrl] = useUrlState(["unit", "week"] as const);
  const [open, setOpen] = useState<Open>(null);
  const [importing, setImporting] = useState(false);
  const plans = useMay(ROSTER);
  const [copied, setCopied] = useState<Copied | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  const ordered = rows(units.all);
  // First a unit where nobody is, then one that plans more than its leaders.
  const first = now.data?.find((here) => here.nobody) ?? now.data?.find((here) => here.on_duty.some((one) => one.duty !== "leader")) ?? now.data?.[0];
  const id = url.unit ?? (now.isPending ? undefined : (first?.unit ?? ordered[0]?.unit.id));
  const unit = useUnit(id);
  const above = useUnit(unit.data?.parent ?? undefined);
  const from = monday(url.week ? Date.parse(`${url.week}T00:00:00`) || serverNow() : serverNow());
  const to = later(from, 7);
  const roster = useRoster(id, new Date(from).toISOString(), new Date(to).toISOString());
  const may = roster.data?.may_change ?? false;
  const week = (at: number) => setUrl({ week: at === monday(serverNow()) ? null : day(at) });
  const add = (at: number) => setOpen({ stretch: null, ...offered(at) });
  const eight = (at: number) => at + 8 * 3_600_000;
  const copy = () => {
    if (!id) return;
    setFailed(null);
    setCopied(null);
    copyWeek(id, new Date(from).toISOString(), new Date(to).toISOString()).then((done) => {
      message.success(t("week.copied", { count: done.copied }));
      if (done.left_out.length > 0) setCopied(done);
      week(to);
    }, setFailed);
  };
  const said = failed ? problem(failed) : null;
  return (
    <Page title={t("nav.duty")} lead={t("today.lead")}>
      <Tabs />
      <Today onUnit={(unit) => setUrl({ unit }, { push: true })} />
      {said && (
        <Notice tone="busy" title={said.what}>
          {said.todo}
        </Notice>
      )}
      {copied && (
        <Notice tone="wrap" title={t("week.left_out", { count: copied.left_out.length })}>
          {copied.left_out.map((one) => `${people.name(one.person) ?? ""} ${moment(one.from, false)}：${t(`refusal.${one.why.code}` as "refusal.over", { days: 400, hours: 168, most: 0 })}`).join("；")}
        </Notice>
      )}
      {unit.data && <HearsNotice hears={unit.data.hears} />}
      <Panel
        label={t("week.label")}
        title={
          <span className="row tight">
            <Select aria-label={t("today.unit")} style={{ width: 240 }} showSearch={{ optionFilterProp: "label" }} value={id ?? null} options={ordered.map(({ unit: one, level }) => ({ value: one.id, label: `${"\u3000".repeat(level)}${one.name}` }))} onChange={(next: string) => setUrl({ unit: next })} />
            <Button aria-label={t("week.before")} title={t("week.before")} icon={<ChevronLeft size={16} aria-hidden />} onClick={() => week(later(from, -7))} />
            <Button onClick={() => week(monday(serverNow()))}>{t("week.this")}</Button>
            <Button aria-label={t("week.after")} title={t("week.after")} icon={<ChevronRight size={16} aria-hidden />} onClick={() => week(to)} />
          </span>
        }
        extra={
          <span className="row tight">
            {plans && (
              <Button icon={<Upload size={15} aria-hidden />} onClick={() => setImporting(true)}>
                {t("import.open")}
              </Button>
            )}
            <Button icon={<CopyPlus size={15} aria-hidden />} disabled={!may || !roster.data?.stretches.length} title={may ? t("week.copy_help") : t("week.not_yours")} onClick={copy}>
              {t("week.copy")}
            </Button>
            <Button type="primary" icon={<Plus size={15} aria-hidden />} disabled={!may} title={may ? undefined : t("week.not_yours")} onClick={() => add(eight(Math.max(from, later(monday(serverNow()), (new Date(serverNow()).getDay() + 6) % 7))))}>
              {t("stretch.add")}
            </Button>
          </span>
        }
      >
        {roster.isError && !roster.data ? (
          <Trouble error={roster.error} retry={() => void roster.refetch()} />
        ) : !roster.data ? (
          <Skeletons lines={5} />
        ) : roster.data.stretches.length === 0 ? (
          <Empty icon={CalendarClock} title={t("week.none")}>
            {t(may ? "week.none_todo" : "week.none_wait")}
          </Empty>
        ) : (
          <WeekGrid roster={roster.data} from={from} onOpen={(stretch) => setOpen({ stretch, from: stretch.from, to: stretch.to })} {...(may ? { onGap: (gap) => setOpen({ stretch: null, from: gap.from, to: gap.to }) } : {})} />
        )}
      </Panel>
      <FeedPanel />
      <p className="muted">
        <Link to={id ? `/departments?unit=${id}` : "/departments"}>{t("week.members")}</Link>
      </p>
      {importing && <ImportDialog onClose={() => setImporting(false)} />}
      {open && unit.data && <StretchDialog unit={unit.data} above={above.data?.members.map((member) => member.person) ?? []} stretch={open.stretch} from={open.from} to={open.to} readOnly={!may} onClose={() => setOpen(null)} />}
    </Page>
  );
}
