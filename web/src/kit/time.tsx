// Moments, lengths and running timers as they are written everywhere.
import { Hourglass } from "lucide-react";
import { useEffect, useRef } from "react";
import { everySecond, serverNow } from "@lib/clock";
import { clock, day, duration, moment, weekday } from "@lib/format";
import { Mark } from "./state";

/** `2026-11-21 周六 10:24:36` */
export function Moment({ at, seconds = true }: { at: string; seconds?: boolean }) {
  return (
    <time dateTime={at} className="nowrap">
      {moment(at, seconds)}
    </time>
  );
}

/** Date and time as two quiet columns, for lists. */
export function ListMoment({ at, seconds = true }: { at: string; seconds?: boolean }) {
  return (
    <time dateTime={at} className="nowrap">
      <span className="muted">
        {day(at)} {weekday(at)}
      </span>{" "}
      {clock(at, seconds)}
    </time>
  );
}

/** Today only the time, otherwise the day with it. */
export function Short({ at }: { at: string }) {
  return (
    <time dateTime={at} className="nowrap">
      {day(at) === day(serverNow()) ? clock(at, false) : `${day(at).slice(5)} ${clock(at, false)}`}
    </time>
  );
}

/** Until when; past it in red, with the room's word for it. */
export function Due({ at, past }: { at: string; past: string }) {
  if (Date.parse(at) >= serverNow()) return <Short at={at} />;
  return (
    <Mark tone="busy" icon={Hourglass}>
      <Short at={at} /> {past}
    </Mark>
  );
}

/** Counts up from a moment of the server's. Writes its own text: a thousand of them do not render anything. */
export function Timer({ since, label }: { since: string; label?: string }) {
  const element = useRef<HTMLTimeElement>(null);
  useEffect(() => {
    const start = Date.parse(since);
    let shown = "";
    const show = (now: number) => {
      const text = duration(now - start);
      if (text !== shown && element.current) {
        shown = text;
        element.current.textContent = text;
      }
    };
    show(serverNow());
    return everySecond(show);
  }, [since]);
  return <time ref={element} dateTime={since} aria-label={label} className="nowrap" />;
}
