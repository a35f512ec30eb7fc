// More time is asked for: how much, why, and whether the customer knows; the centre answers.
import { useTranslation } from "react-i18next";
import { Choose, Notice } from "@kit";
import { moment } from "@lib/format";
import { choicesUpTo, keyOf, limitOf, limitWords } from "../limits";
import { Form, Labelled, length, useKeeping, type FormProps } from "./keeping";
import type { Order } from "./types";
import { useDraft } from "./use-field";

interface Draft {
  more: string;
  reason: string;
  told: "yes" | "no" | "";
  words: string;
}

/** Somebody who can be told of it. */
const isCalled = ({ matter }: Order): boolean => /\d/.test(matter.contact.phone);
/** When it is too late to ask. */
export const askBy = (order: Order): string | null => order.promised ?? order.due;

export function AskTimeForm(props: FormProps) {
  const { order, entry, store, draft } = props;
  const { t } = useTranslation("work_orders");
  const { keep, trouble } = useKeeping(props);
  const before = entry && "act" in entry.what && entry.what.act === "ask_time" ? entry.what : null;
  const { value, change, forget } = useDraft<Draft>(store, draft, () => (before ? { more: keyOf(before.by), reason: before.reason, told: before.told_customer ? "yes" : "no", words: before.told } : { more: "", reason: "", told: "", words: "" }));
  if (!value) return null;
  const most = order.more_time ?? (before ? before.by : null);
  const short = (text: string) => (length(text) < 4 && text.trim() !== "" ? t("field.form.too_short", { n: 4 }) : null);
  const called = isCalled(order);
  const ready = value.more !== "" && length(value.reason) >= 4 && (!called || (value.told !== "" && length(value.words) >= 4));
  const until = askBy(order);
  const save = () => {
    if (!ready) return;
    forget();
    void keep({ act: "ask_time", by: limitOf(value.more), reason: value.reason.trim(), told_customer: called && value.told === "yes", told: value.words.trim() });
  };
  return (
    <Form order={order} title={t("field.act.ask_time")} lead={t("field.ask_time.lead", { most: most ? limitWords(most, t) : "" })} trouble={trouble} onKeep={save} disabled={!ready}>
      {until && <Notice tone="wrap" title={t("time_asked.in_time", { at: moment(until, false) })} />}
      {called && (
        <>
          <p className="strong">{t("field.ask_time.knows")}</p>
          <Choose label={t("field.ask_time.knows")} value={value.told || null} items={(["yes", "no"] as const).map((key) => ({ key, label: t(`told.${key}`) }))} onChoose={(told) => change({ told })} />
          <Labelled id="told" label={t(value.told === "no" ? "field.ask_time.untold" : "field.ask_time.told")} fault={short(value.words)}>
            <textarea id="told" rows={3} maxLength={500} value={value.words} onChange={(event) => change({ words: event.target.value })} />
          </Labelled>
        </>
      )}
      <p className="strong">{t("field.ask_time.many")}</p>
      <Choose label={t("field.ask_time.many")} value={value.more || null} items={choicesUpTo(most ?? {}).map((key) => ({ key, label: limitWords(limitOf(key), t) }))} onChoose={(more) => change({ more })} />
      <Labelled id="reason" label={t("field.ask_time.reason")} fault={short(value.reason)}>
        <textarea id="reason" rows={3} maxLength={200} value={value.reason} onChange={(event) => change({ reason: event.target.value })} />
      </Labelled>
      <p className="muted">{t("field.form.draft")}</p>
    </Form>
  );
}
