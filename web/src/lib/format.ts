// How times, durations, rates and counts are written; absolute dates with weekday, durations mm:ss.
import i18n from "i18next";

const locale = () => (i18n.language === "en" ? "en-GB" : "zh-CN");
const cache = new Map<string, Intl.DateTimeFormat>();
function formatter(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale() + JSON.stringify(options);
  let found = cache.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(locale(), { hourCycle: "h23", ...options });
    cache.set(key, found);
  }
  return found;
}
function parts(at: number, options: Intl.DateTimeFormatOptions): Record<string, string> {
  return Object.fromEntries(formatter(options).formatToParts(at).map((p) => [p.type, p.value]));
}

/** `2026-11-21` */
export function day(at: string | number): string {
  const p = parts(typeof at === "number" ? at : Date.parse(at), { year: "numeric", month: "2-digit", day: "2-digit" });
  return `${p.year}-${p.month}-${p.day}`;
}

/** `10:24:36` */
export function clock(at: string | number, seconds = true): string {
  const p = parts(typeof at === "number" ? at : Date.parse(at), { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  return seconds ? `${p.hour}:${p.minute}:${p.second}` : `${p.hour}:${p.minute}`;
}

export function weekday(at: string | number): string {
  return formatter({ weekday: i18n.language === "en" ? "short" : "short" }).format(typeof at === "number" ? at : Date.parse(at));
}

/** `2026-11-21 周六 10:24:36` */
export function moment(at: string | number, seconds = true): string {
  const ms = typeof at === "number" ? at : Date.parse(at);
  if (!Number.isFinite(ms)) return "—";
  return `${day(ms)} ${weekday(ms)} ${clock(ms, seconds)}`;
}

/** `03:12`, from an hour on `1:02:03`. */
export function duration(ms: number | null | undefined): string {
  if (ms == null || !Number.isFinite(ms)) return "—";
  const whole = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const s = whole % 60;
  const m = Math.floor(whole / 60) % 60;
  const h = Math.floor(whole / 3600);
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}

const DAY = 86_400_000;
/**
 * How long something still lasts, or by how much it is too late: in hours and minutes, as exact as one acts upon, or ticking to
 * the second (`47:59:59`). From two days on both are `2 天 3 小时`.
 */
export function span(ms: number, exact: "minutes" | "seconds" = "minutes"): string {
  if (!Number.isFinite(ms)) return "—";
  const whole = Math.abs(ms);
  if (exact === "seconds" && whole < 2 * DAY) return duration(whole);
  const minutes = Math.floor(whole / 60_000);
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  const said = [
    days > 0 && i18n.t("span.days", { n: days }),
    hours > 0 && i18n.t("span.hours", { n: hours }),
    days === 0 && hours < 10 && rest > 0 && i18n.t("span.minutes", { n: rest }),
  ];
  return said.filter(Boolean).join(" ") || i18n.t("span.minutes", { n: "<1" });
}

/** A rate from 0 to 1 as `93.4`; no base means no rate: `—`. */
export function percent(rate: number | null | undefined, digits = 1): string {
  return rate == null || !Number.isFinite(rate) ? "—" : (rate * 100).toFixed(digits);
}

export function count(n: number | null | undefined): string {
  return n == null ? "—" : new Intl.NumberFormat(locale()).format(n);
}

export function bytes(n: number): string {
  return n < 1024 * 1024 ? `${Math.ceil(n / 1024)} KB` : `${(n / 1024 / 1024).toFixed(1)} MB`;
}
