// Moments, lengths and running timers as they are written everywhere.
import { useEffect, useRef } from "react";
import { everySecond, serverNow } from "@lib/clock";
import { clock, day, duration, moment, weekday } from "@lib/format";

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
