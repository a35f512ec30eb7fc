// The tab 投诉: the caller complains about the agent on the line. One sentence and one click; what to say, and the way to the leader.
import { Button, Input } from "antd";
import { CircleCheckBig, PhoneForwarded, Scale } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Choose, Empty, Field, Notice, useProblemText } from "@kit";
import { useMay } from "@lib/session";
import type { SlotProps } from "@lib/slots";
import { raise } from "../api";
import { RAISE } from "../permissions";
import "../complaints.css";

const EMOTIONS = ["calm", "agitated", "furious"] as const;

interface Begun {
  words: string;
  emotion: (typeof EMOTIONS)[number];
  /** The same for the whole call: pressed again, it is the same complaint. */
  token: string;
  number: string | null;
}
const CALLS_MAX = 20;
/** Outlives the tab: what was typed is there when one comes back, and what was recorded is not recorded again. */
const begun = new Map<string, Begun>();
function beginning(call: string): Begun {
  const found = begun.get(call) ?? { words: "", emotion: "calm", token: crypto.randomUUID(), number: null };
  begun.set(call, found);
  const oldest = begun.keys().next().value;
  if (begun.size > CALLS_MAX && oldest !== undefined) begun.delete(oldest);
  return found;
}

/** Of one call: with the next one everything begins anew. */
function AboutMe({ call }: { call: string }) {
  const { t } = useTranslation("complaints");
  const problem = useProblemText();
  const id = useId();
  const [{ words, emotion, token, number }, setBegun] = useState(() => beginning(call));
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<unknown>(null);
  const put = (patch: Partial<Begun>) => {
    const next = { ...beginning(call), ...patch };
    begun.set(call, next);
    setBegun(next);
  };
  const send = () => {
    setBusy(true);
    setFailed(null);
    raise({ call, words: words.trim(), emotion, token })
      .then((raised) => put({ number: raised.number }))
      .catch(setFailed)
      .finally(() => setBusy(false));
  };
  if (number !== null)
    return (
      <div className="stack">
        <Empty icon={CircleCheckBig} title={t("raise.done", { number })}>
          {t("raise.done_todo")}
        </Empty>
        <p className="case-say">{t("raise.say_done", { number })}</p>
      </div>
    );
  return (
    <div className="stack">
      <p className="case-say">{t("raise.say")}</p>
      {failed ? <Notice tone="busy" title={problem(failed).what} /> : null}
      <Field label={t("raise.words")} htmlFor={id} required help={t("raise.words_help")}>
        <Input.TextArea id={id} value={words} maxLength={500} autoSize={{ minRows: 2, maxRows: 6 }} onChange={(event) => put({ words: event.target.value })} />
      </Field>
      <Choose small label={t("order.emotion")} value={emotion} items={EMOTIONS.map((key) => ({ key, label: t(`emotion.${key}`) }))} onChoose={(next) => put({ emotion: next })} />
      <Button type="primary" loading={busy} disabled={[...words.trim()].length < 4} icon={<Scale size={16} aria-hidden />} onClick={send}>
        {t("raise.send")}
      </Button>
      <p className="soft row tight">
        <PhoneForwarded size={15} aria-hidden /> {t("raise.leader")}
      </p>
    </div>
  );
}

export default function ComplaintAssist({ call }: SlotProps["desk.assist"]) {
  const { t } = useTranslation("complaints");
  const may = useMay(RAISE);
  if (!may) return <Empty icon={Scale} title={t("raise.not_yours")} />;
  if (call === null) return <Empty icon={Scale} title={t("raise.no_call")}>{t("raise.no_call_todo")}</Empty>;
  return <AboutMe key={call} call={call} />;
}
