// What is said in words alone: a note, what the customer was told, the answer to an urge, why an order is sent back.
import { useTranslation } from "react-i18next";
import { Notice } from "@kit";
import { Form, Labelled, length, useKeeping, type FormProps } from "./keeping";
import { RETURN_REASONS, type FieldAct, type ReturnReason } from "./types";
import { useDraft } from "./use-field";

export type WordsAct = "note" | "contact" | "answer_urge" | "reply_supervision";

/** The fewest and the most characters, as the server counts them. */
const LIMITS: Record<WordsAct, [number, number]> = { note: [1, 1000], contact: [4, 500], answer_urge: [4, 500], reply_supervision: [8, 1000] };

function made(act: WordsAct, text: string): FieldAct {
  if (act === "note") return { act, text };
  if (act === "reply_supervision") return { act, reply: text };
  return { act, words: text };
}
function wordsOf(what: FieldAct): string {
  if (what.act === "note") return what.text;
  if (what.act === "reply_supervision") return what.reply;
  return "words" in what ? what.words : "";
}

export function WordsForm(props: FormProps & { act: WordsAct; begin?: string }) {
  const { order, entry, store, draft, act, begin = "" } = props;
  const { t } = useTranslation("work_orders");
  const { keep, trouble } = useKeeping(props);
  const { value, change, forget } = useDraft(store, draft, () => ({ text: entry && "act" in entry.what ? wordsOf(entry.what) : begin }));
  if (!value) return null;
  const [least, most] = LIMITS[act];
  const short = length(value.text) < least;
  const save = () => {
    if (short) return;
    forget();
    void keep(made(act, value.text.trim()));
  };
  const urge = act === "answer_urge" ? order.urged.find(({ answer }) => answer === null) : undefined;
  const pressed = act === "reply_supervision" ? order.supervisions.find(({ reply }) => reply === null) : undefined;
  return (
    <Form order={order} title={t(`field.act.${act}`)} trouble={trouble} onKeep={save} disabled={short}>
      {urge && <Notice tone="wrap" title={t("field.order.urge")}>{urge.words}</Notice>}
      {pressed && <Notice tone="wrap" title={t("field.order.supervision")}>{pressed.action}</Notice>}
      <Labelled id="text" label={t(`field.words.${act}`)} fault={short && value.text.trim() !== "" ? t("field.form.too_short", { n: least }) : null}>
        <textarea id="text" rows={5} maxLength={most} value={value.text} onChange={(event) => change({ text: event.target.value })} />
      </Labelled>
      <p className="muted">{t("field.form.draft")}</p>
    </Form>
  );
}

export function SendBackForm(props: FormProps) {
  const { order, entry, store, draft } = props;
  const { t } = useTranslation("work_orders");
  const { keep, trouble } = useKeeping(props);
  const before = entry && "act" in entry.what && entry.what.act === "send_back" ? entry.what : null;
  const { value, change, forget } = useDraft<{ reason: ReturnReason | ""; note: string }>(store, draft, () => ({ reason: before?.reason ?? "", note: before?.note ?? "" }));
  if (!value) return null;
  const short = length(value.note) < 4;
  const save = () => {
    if (short || value.reason === "") return;
    forget();
    void keep({ act: "send_back", reason: value.reason, note: value.note.trim() });
  };
  return (
    <Form order={order} title={t("field.act.send_back")} lead={t("field.send_back.lead")} trouble={trouble} onKeep={save} disabled={short || value.reason === ""}>
      <fieldset className="crew-radios">
        <legend>{t("field.send_back.reason")}</legend>
        {RETURN_REASONS.map((reason) => (
          <label key={reason} className="crew-check">
            <input type="radio" name="reason" checked={value.reason === reason} onChange={() => change({ reason })} />
            {t(`field.reason.${reason}`)}
          </label>
        ))}
      </fieldset>
      <Labelled id="note" label={t("field.send_back.note")} fault={short && value.note.trim() !== "" ? t("field.form.too_short", { n: 4 }) : null}>
        <textarea id="note" rows={4} maxLength={500} value={value.note} onChange={(event) => change({ note: event.target.value })} />
      </Labelled>
    </Form>
  );
}
