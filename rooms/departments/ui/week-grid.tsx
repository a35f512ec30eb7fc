// A unit's week, hour by hour: who is first, second and leader, and above them where nobody is.
import { TriangleAlert } from "lucide-react";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { serverNow, useSecond } from "@lib/clock";
import { useAgents } from "@lib/directory";
import { clock, day, moment, weekday } from "@lib/format";
import { DUTIES, type Roster, type Span, type Stretch } from "./api";
import { bars, lanes, later, type Bar } from "./week";

const percent = (part: number) => `${(part * 100).toFixed(3)}%`;
const place = (bar: Bar<unknown>) => ({ left: percent(bar.left), width: percent(bar.width), top: bar.lane * 34 });

function Now({ from, to }: { from: number; to: number }) {
  useSecond();
  const at = (serverNow() - from) / (to - from);
  return at >= 0 && at <= 1 ? <i className="week-now" style={{ left: percent(at) }} aria-hidden /> : null;
}

export function WeekGrid({ roster, from, onOpen, onGap }: { roster: Roster | undefined; from: number; onOpen: (stretch: Stretch) => void; onGap?: (gap: Span) => void }) {
  const { t } = useTranslation("departments");
  const people = useAgents();
  const to = later(from, 7);
  const days = Array.from({ length: 7 }, (_, at) => later(from, at));
  // A unit that only has leaders to be told has no gaps.
  const crewed = roster?.stretches.some((one) => one.duty !== "leader") ?? false;
  const gaps = crewed ? bars(roster?.gaps ?? [], from, to) : [];
  const span = (item: Span) => `${moment(item.from, false)} – ${moment(item.to, false)}`;
  return (
    <div className="week" role="group" aria-label={t("week.label")}>
      <span />
      <div className="week-days">
        {days.map((at) => (
          <span key={at} data-today={day(at) === day(serverNow())}>
            {weekday(at)} <b>{day(at).slice(5)}</b>
          </span>
        ))}
      </div>
      <span className="week-row">{t("week.gaps")}</span>
      <div className="week-line" data-kind="gaps">
        {gaps.map((gap) => {
          const label = t("week.gap", { span: span(gap.item) });
          return (
            <button key={gap.item.from} type="button" className="week-gap" style={place(gap)} title={label} aria-label={label} disabled={!onGap} onClick={() => onGap?.(gap.item)}>
              <TriangleAlert size={14} aria-hidden />
            </button>
          );
        })}
        {roster && gaps.length === 0 && <span className={crewed ? "week-manned" : "week-manned muted"}>{t(crewed ? "week.manned" : "week.leaders_only")}</span>}
        <Now from={from} to={to} />
      </div>
      {DUTIES.map((duty) => {
        const all = bars((roster?.stretches ?? []).filter((one) => one.duty === duty), from, to);
        return (
          <Fragment key={duty}>
            <span className="week-row">{t(`duty.${duty}`)}</span>
            <div className="week-line" style={{ minHeight: lanes(all) * 34 }}>
              {all.map((bar) => {
                const name = people.all.find((one) => one.id === bar.item.person)?.name ?? "—";
                const label = `${t(`duty.${duty}`)} ${name} ${span(bar.item)}`;
                return (
                  <button key={bar.item.id} type="button" className="week-bar" data-duty={duty} data-forced={bar.item.reason !== null} style={place(bar)} title={bar.item.reason ? `${label}\n${bar.item.reason}` : label} aria-label={label} onClick={() => onOpen(bar.item)}>
                    <span>{name}</span>
                    <small>{clock(bar.item.from, false)}</small>
                  </button>
                );
              })}
              <Now from={from} to={to} />
            </div>
          </Fragment>
        );
      })}
    </div>
  );
}
