// What is asked of the platform, told it again, or shown as it was told.
import { DatePicker, Input, Select } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Facts, Field, Moment } from "@kit";
import { EditDialog } from "@kit/dialog";
import { act, move, REASONS, type Reason, type Return, type Ticket, type Verb } from "./api";
import { SendingMark } from "./marks";

export function ActDialog({ ticket, what, onClose }: { ticket: Ticket; what: Verb; onClose: () => void }) {
  const { t } = useTranslation("government");
  const due = ticket.limits.answer_by;
  const [words, setWords] = useState("");
  const [reason, setReason] = useState<Reason>("not_ours");
  const [until, setUntil] = useState<Dayjs | null>(due ? dayjs(due).add(1, "day") : null);
  const text = words.trim();
  const run = () => {
    if (what === "sign") return act(ticket, { act: what });
    if (what === "report") return act(ticket, { act: what, text });
    if (what === "hand_back") return act(ticket, { act: what, reason, note: text });
    return act(ticket, { act: what, until: until?.toISOString() ?? "", reason: text });
  };
  const ready = what === "sign" || (text.length >= 4 && (what !== "ask_extension" || until !== null));
  return (
    <EditDialog title={t(`act.${what}`)} width={560} onClose={onClose} onSave={run} ready={ready} save={t(`act.${what}`)} saved={t("act.queued")} dangerous={what === "hand_back"}>
      <p>{t(`act.about_${what}`, { number: ticket.number })}</p>
      {what === "hand_back" && (
        <Field label={t("hand_back.reason")} htmlFor="g-reason" required>
          <Select id="g-reason" style={{ width: "100%" }} value={reason} onChange={(next: Reason) => setReason(next)} options={REASONS.map((value) => ({ value, label: t(`reason.${value}`) }))} />
        </Field>
      )}
      {what === "ask_extension" && (
        <Field label={t("extension.until")} htmlFor="g-until" required help={due ? <>{t("extension.was")} <Moment at={due} seconds={false} /></> : undefined}>
          <DatePicker id="g-until" showTime={{ format: "HH:mm" }} format="YYYY-MM-DD HH:mm" value={until} onChange={setUntil} minDate={dayjs(due ?? ticket.came_at)} />
        </Field>
      )}
      {what !== "sign" && (
        <Field label={t(`act.words_${what}`)} htmlFor="g-words" required help={t("act.words_help")}>
          <Input.TextArea id="g-words" rows={3} maxLength={what === "ask_extension" ? 200 : 500} showCount value={words} onChange={(event) => setWords(event.target.value)} />
        </Field>
      )}
    </EditDialog>
  );
}

export function LineDialog({ ticket, one, what, onClose }: { ticket: Ticket; one: Return; what: "again" | "skip"; onClose: () => void }) {
  const { t } = useTranslation("government");
  return (
    <EditDialog title={t(what)} onClose={onClose} onSave={() => move(ticket, one.number, what)} save={t(what)} saved={t(what === "again" ? "act.queued" : "skipped")} dangerous={what === "skip"}>
      <p>{t(`about_${what}`, { what: t(`told.${one.kind}`) })}</p>
    </EditDialog>
  );
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

export function ReturnDialog({ one, hidden, onClose }: { one: Return; hidden: boolean; onClose: () => void }) {
  const { t } = useTranslation("government");
  return (
    <EditDialog title={t(`told.${one.kind}`)} width={680} readOnly onClose={onClose} onSave={() => Promise.resolve()}>
      <Facts
        items={[
          [t("column.sending"), <SendingMark key="s" state={one.state} />],
          [t("returns.id"), <code key="i">{one.id}</code>],
          [t("column.at"), <Moment key="c" at={one.created_at} />],
          [t("returns.tried"), one.tried_at ? <Moment key="t" at={one.tried_at} /> : "—"],
          [t("column.tries"), one.attempts],
          [t("column.answer"), [one.status ? `HTTP ${one.status}` : "", one.took_ms === null ? "" : t("ms", { ms: one.took_ms })].filter(Boolean).join(" · ") || "—"],
          [t("returns.error"), one.error || "—"],
        ]}
      />
      <Field label={t("returns.body")} help={hidden || one.body === null ? undefined : t("returns.masked")}>
        {one.body === null ? <p className="muted">{t("returns.hidden")}</p> : <pre className="government-body">{pretty(one.body)}</pre>}
      </Field>
    </EditDialog>
  );
}
