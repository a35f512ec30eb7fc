// How much time is left until a matter goes on by itself: counts down by the server's clock.
import { useEffect, useRef } from "react";
import { everySecond, serverNow } from "@lib/clock";
import { duration } from "@lib/format";

export function Left({ until, label }: { until: string; label: string }) {
  const element = useRef<HTMLTimeElement>(null);
  useEffect(() => {
    const end = Date.parse(until);
    const show = (now: number) => {
      if (element.current) element.current.textContent = duration(Math.max(0, end - now));
    };
    show(serverNow());
    return everySecond(show);
  }, [until]);
  return <time ref={element} dateTime={until} aria-label={label} className="nowrap" />;
}
