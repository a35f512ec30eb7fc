// 回单: cause, action, when and by whom, what the customer was told, what shows it. Kept while it is written.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { phoneNow } from "@lib/clock";
import { moment } from "@lib/format";
import { useMe } from "@lib/session";
import { bare, Form, Labelled, useKeeping, type FormProps } from "./keeping";
import { useMinute } from "./parts";
import { fitted, fromInput, toInput } from "./time";
import { useDraft } from "./use-field";

const CAUSE_LEAST = 4;
const ACTION_LEAST = 8;
const MOST = 2000;

interface Draft {
  cause: string;
  action: string;
  done_at: string;
  person: string;
  told: string;
  evidence: string;
  substantiated: boolean | null;
}
/** What may be changed last, however long it was written at. */
type Text = "cause" | "action" | "told" | "evidence";

export function ResultForm(props: FormProps) {
  const { order, own, entry, store, draft } = props;
  const { t } = useTranslation("work_orders");
  const { keep, trouble } = useKeeping(props);
  const me = useMe().data;
  const before = entry && "act" in entry.what && entry.what.act === "give_result" ? entry.what.result : null;
  const { value, change, forget } = useDraft<Draft>(store, draft, () => {
    const last = before ?? { cause: "", action: "", person: me?.name ?? "", told: "", evidence: "", substantiated: null };
    return { ...last, done_at: toInput(before?.done_at ? Date.parse(before.done_at) : phoneNow()) };
  });
  const [asked, setAsked] = useState(false);
  const now = useMinute();
  if (!value) return null;

  const least = Date.parse(order.arrived_at ?? order.accepted_at);
  const written = fromInput(value.done_at);
  const done = written === null ? null : fitted(written, least, phoneNow());
  const judged = order.matter.kind === "complaint" || order.matter.kind === "report";
  const faults = {
    cause: bare(value.cause) < CAUSE_LEAST ? t("field.form.too_short", { n: CAUSE_LEAST }) : null,
    action: bare(value.action) < ACTION_LEAST ? t("field.form.too_short", { n: ACTION_LEAST }) : null,
    done_at: done === null ? t("field.form.needed") : done < least ? t("field.form.too_early", { at: moment(least) }) : done > now + 60_000 ? t("field.form.future") : null,
    person: bare(value.person) === 0 ? t("field.form.needed") : null,
    substantiated: judged && value.substantiated === null ? t("field.form.needed") : null,
  };
  const faulty = Object.values(faults).some(Boolean);
  const save = () => {
    setAsked(true);
    const first = (Object.keys(faults) as (keyof typeof faults)[]).find((key) => faults[key]);
    if (first || done === null) return document.getElementById(first ?? "done_at")?.focus();
    forget();
    const text = (key: Text | "person") => value[key].trim();
    void keep({ act: "give_result", result: { cause: text("cause"), action: text("action"), done_at: new Date(done).toISOString(), person: text("person"), told: text("told"), evidence: text("evidence"), substantiated: judged ? value.substantiated : null } });
  };

  const area = (key: Text, rows: number, hint?: string) => (
    <textarea id={key} rows={rows} maxLength={MOST} placeholder={hint} value={value[key]} onChange={(event) => change({ [key]: event.target.value })} aria-invalid={asked && key in faults && Boolean(faults[key as keyof typeof faults])} />
  );
  const photos = order.attachments.filter(({ what }) => what === "photo").length + own.filter(({ what }) => "file" in what && what.file === "photo").length;
  const signed = order.attachments.some(({ what }) => what === "signature") || own.some(({ what }) => "file" in what && what.file === "signature");
  const quick = [
    ...(photos > 0 ? [t("field.result.q_photos", { n: photos })] : []),
    ...(signed ? [t("field.result.q_signature")] : []),
    t("field.result.q_leak"),
    t("field.result.q_pressure"),
    t("field.result.q_meter"),
    t("field.result.q_part"),
  ];
  const shown = (key: keyof typeof faults) => (asked ? faults[key] : null);
  return (
    <Form order={order} title={t("field.act.give_result")} lead={t("field.result.lead")} trouble={trouble} onKeep={save} disabled={asked && faulty}>
      <Labelled id="cause" label={t("field.result.cause")} fault={shown("cause")}>
        {area("cause", 2, t("field.result.cause_hint"))}
      </Labelled>
      <Labelled id="action" label={t("field.result.action")} fault={shown("action")}>
        {area("action", 3, t("field.result.action_hint"))}
      </Labelled>
      {judged && (
        <fieldset className="crew-radios" id="substantiated" tabIndex={-1}>
          <legend>{t("field.result.substantiated")}</legend>
          {([true, false] as const).map((so) => (
            <label key={String(so)} className="crew-check">
              <input type="radio" name="substantiated" checked={value.substantiated === so} onChange={() => change({ substantiated: so })} />
              {so ? t("field.result.so") : t("field.result.not_so")}
            </label>
          ))}
          {shown("substantiated") && <p className="why">{shown("substantiated")}</p>}
        </fieldset>
      )}
      <Labelled id="done_at" label={t("field.result.done_at")} fault={shown("done_at")}>
        <input id="done_at" type="datetime-local" value={value.done_at} min={toInput(least)} max={toInput(now)} onChange={(event) => change({ done_at: event.target.value })} />
      </Labelled>
      <Labelled id="person" label={t("field.result.person")} fault={shown("person")}>
        <input id="person" value={value.person} maxLength={60} onChange={(event) => change({ person: event.target.value })} />
      </Labelled>
      <Labelled id="told" label={t("field.result.told")}>
        {area("told", 2, t("field.result.told_hint"))}
      </Labelled>
      <Labelled id="evidence" label={t("field.result.evidence")}>
        {area("evidence", 2)}
      </Labelled>
      <div className="crew-chips" role="group" aria-label={t("field.result.quick")}>
        {quick.map((words) => (
          <button key={words} type="button" onClick={() => change({ evidence: [value.evidence.trim(), words].filter(Boolean).join("；") })}>
            {words.replace(/\s+/g, " ")}
          </button>
        ))}
      </div>
      <p className="muted">{t("field.form.draft")}</p>
    </Form>
  );
}
