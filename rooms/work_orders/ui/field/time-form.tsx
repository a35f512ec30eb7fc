// Leaving, arriving, and how long it will take: a moment, with little else.
import { LocateFixed } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Choose } from "@kit";
import { phoneNow } from "@lib/clock";
import { clock, moment } from "@lib/format";
import { Form, Labelled, useKeeping, type FormProps } from "./keeping";
import { useMinute } from "./parts";
import { expectedBy, fitted, fromInput, toInput } from "./time";
import { useDraft } from "./use-field";

type Place = [number, number];
interface Found {
  state: "off" | "wait" | "on" | "failed";
  place: Place | null;
  metres: number;
}
const NOWHERE: Found = { state: "off", place: null, metres: 0 };

/** Where the telephone is, if the person wants to say so. Never waited for. */
function usePlace(): [Found, (wanted: boolean) => void] {
  const [found, setFound] = useState<Found>(NOWHERE);
  const ask = (wanted: boolean) => {
    if (!wanted) return setFound(NOWHERE);
    setFound({ ...NOWHERE, state: "wait" });
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => setFound({ state: "on", place: [Math.round(coords.latitude * 1e6), Math.round(coords.longitude * 1e6)], metres: Math.round(coords.accuracy) }),
      () => setFound({ ...NOWHERE, state: "failed" }),
      { enableHighAccuracy: true, timeout: 10_000, maximumAge: 60_000 },
    );
  };
  // Who has said yes before is not asked again.
  useEffect(() => {
    void navigator.permissions
      ?.query({ name: "geolocation" })
      .then(({ state }) => state === "granted" && ask(true))
      .catch(() => undefined);
  }, []);
  return [found, ask];
}

interface Draft {
  mode: "now" | "other";
  at: string;
}

export function MomentForm(props: FormProps & { act: "arrive" | "leave" }) {
  const { order, entry, store, draft, act } = props;
  const { t } = useTranslation("work_orders");
  const { keep, trouble } = useKeeping(props);
  const before = entry && "act" in entry.what && (entry.what.act === "arrive" || entry.what.act === "leave") ? entry.what : null;
  const { value, change, forget } = useDraft<Draft>(store, draft, () => (before ? { mode: "other", at: toInput(Date.parse(before.at)) } : { mode: "now", at: toInput(phoneNow()) }));
  const [found, ask] = usePlace();
  const now = useMinute();
  if (!value) return null;

  const least = Math.max(Date.parse(order.accepted_at), act === "arrive" && order.left_at ? Date.parse(order.left_at) : 0);
  const written = value.mode === "other" ? fromInput(value.at) : null;
  const at = value.mode === "now" ? null : written === null ? null : fitted(written, least, phoneNow());
  const fault = value.mode === "now" ? null : at === null ? t("field.form.needed") : at < least ? t("field.form.too_early", { at: moment(least) }) : at > now + 60_000 ? t("field.form.future") : null;
  const save = () => {
    if (fault) return;
    forget();
    const instant = new Date(at ?? Math.max(phoneNow(), least)).toISOString();
    const place = found.place ?? (before?.act === "arrive" ? before.place : null);
    void keep(act === "arrive" ? { act, at: instant, place } : { act, at: instant });
  };
  return (
    <Form order={order} title={t(`field.act.${act}`)} lead={t("field.arrive.lead")} trouble={trouble} onKeep={save} disabled={fault !== null}>
      <div className="crew-now" data-dim={value.mode === "other"}>
        {clock(value.mode === "other" && at !== null ? at : now, false)}
      </div>
      <Choose
        label={t("field.form.at")}
        value={value.mode}
        items={[
          { key: "now", label: t("field.form.now") },
          { key: "other", label: t("field.form.corrected") },
        ]}
        onChoose={(mode) => change({ mode })}
      />
      {value.mode === "other" && (
        <Labelled id="at" label={t("field.form.at")} fault={fault}>
          <input id="at" type="datetime-local" value={value.at} max={toInput(now)} min={toInput(least)} onChange={(event) => change({ at: event.target.value })} />
        </Labelled>
      )}
      {act === "arrive" && "geolocation" in navigator && (
        <>
          <label className="crew-check">
            <input type="checkbox" checked={found.state !== "off"} onChange={(event) => ask(event.target.checked)} />
            <LocateFixed size={20} aria-hidden />
            {t("field.form.place")}
          </label>
          <p className="muted" role="status">
            {found.state === "wait" && t("field.form.place_wait")}
            {found.state === "on" && t("field.form.place_on", { m: found.metres })}
            {found.state === "failed" && t("field.form.place_off")}
          </p>
        </>
      )}
    </Form>
  );
}

/** What crews say most, in minutes. */
const OFTEN = [30, 60, 90, 120, 180, 240];

export function EstimateForm(props: FormProps) {
  const { order, entry, store, draft } = props;
  const { t } = useTranslation("work_orders");
  const { keep, trouble } = useKeeping(props);
  const before = entry && "act" in entry.what && entry.what.act === "estimate" ? entry.what : null;
  const { value, change, forget } = useDraft(store, draft, () => ({ until: before ? toInput(Date.parse(before.until)) : "", reason: before?.reason ?? "" }));
  const now = useMinute();
  if (!value) return null;
  const until = fromInput(value.until);
  const fault = until !== null && until <= now ? t("field.form.past") : null;
  const expected = expectedBy(order);
  const later = until !== null && expected !== null && until > expected;
  const lacking = later && value.reason.trim() === "" ? t("field.estimate.reason_needed", { at: moment(expected) }) : null;
  const save = () => {
    if (until === null || fault || lacking) return;
    forget();
    void keep({ act: "estimate", until: new Date(until).toISOString(), reason: value.reason.trim() });
  };
  return (
    <Form order={order} title={t("field.act.estimate")} lead={t("field.estimate.lead")} trouble={trouble} onKeep={save} disabled={until === null || fault !== null || lacking !== null}>
      <div className="crew-chips">
        {OFTEN.map((minutes) => {
          const at = toInput(now + minutes * 60_000);
          return (
            <button key={minutes} type="button" aria-pressed={value.until === at} onClick={() => change({ until: at })}>
              {minutes < 120 && minutes % 60 !== 0 ? t("field.estimate.in", { n: minutes }) : t("field.estimate.hours", { n: minutes / 60 })}
            </button>
          );
        })}
      </div>
      <Labelled id="until" label={t("field.act.estimate")} fault={fault}>
        <input id="until" type="datetime-local" value={value.until} min={toInput(now)} onChange={(event) => change({ until: event.target.value })} />
      </Labelled>
      <Labelled id="reason" label={t(later ? "field.estimate.reason_told" : "field.estimate.reason")} fault={lacking}>
        <textarea id="reason" rows={2} maxLength={200} value={value.reason} onChange={(event) => change({ reason: event.target.value })} />
      </Labelled>
    </Form>
  );
}
