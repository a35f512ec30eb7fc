// What can be done with an escalation now: the buttons the server allows, greyed with the reason where it does not.
import { App, Button, Input, Tooltip } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Field, useProblemText } from "@kit";
import { EditDialog } from "@kit/dialog";
import { act, type Act, type Escalation, type Verb } from "./api";
import { useBarred } from "./marks";

const LEAST: Partial<Record<Verb, number>> = { pass_up: 2, stand_down: 2, close: 5 };
const MOST: Partial<Record<Verb, number>> = { close: 2000 };

function said(verb: Verb, words: string): Act {
  switch (verb) {
    case "pass_up":
      return { act: verb, words };
    case "stand_down":
      return { act: verb, why: words };
    case "close":
      return { act: verb, summary: words };
    default:
      return { act: verb };
  }
}

function WordsDialog({ of, verb, onClose }: { of: Escalation; verb: Verb; onClose: () => void }) {
  const { t } = useTranslation("escalations");
  const id = useId();
  const [words, setWords] = useState("");
  return (
    <EditDialog
      title={`${t(`act.${verb}`)} · ${of.number}`}
      save={t(`act.${verb}`)}
      ready={[...words.trim()].length >= (LEAST[verb] ?? 0)}
      onClose={onClose}
      onSave={() => act(of.id, said(verb, words.trim()), of.version)}
    >
      <Field label={t(`ask.${verb as "close"}`)} htmlFor={id} required help={t(`ask.help_${verb as "close"}`)}>
        <Input.TextArea id={id} value={words} maxLength={MOST[verb] ?? 500} autoSize={{ minRows: 3, maxRows: 8 }} onChange={(event) => setWords(event.target.value)} />
      </Field>
    </EditDialog>
  );
}

export function Actions({ of, small = false }: { of: Escalation; small?: boolean }) {
  const { t } = useTranslation("escalations");
  const { message } = App.useApp();
  const problem = useProblemText();
  const barred = useBarred();
  const [asking, setAsking] = useState<Verb | null>(null);
  const [busy, setBusy] = useState<Verb | null>(null);
  const shown = of.allowed.filter((one) => !small || one.act === "acknowledge" || one.act === "take_over");
  const first = shown.find((one) => one.barred === null)?.act;
  const go = (verb: Verb) => {
    if (verb in LEAST) return setAsking(verb);
    setBusy(verb);
    act(of.id, said(verb, ""))
      .catch((error: unknown) => message.error(problem(error).what))
      .finally(() => setBusy(null));
  };
  return (
    <span className="row tight not-on-paper" style={{ flexWrap: "wrap" }}>
      {shown.map(({ act: verb, barred: why }) => (
        <Tooltip key={verb} title={barred(why)}>
          <Button size={small ? "small" : "middle"} type={verb === first ? "primary" : "default"} disabled={why !== null} loading={busy === verb} onClick={() => go(verb)}>
            {t(`act.${verb}`)}
          </Button>
        </Tooltip>
      ))}
      {asking && <WordsDialog of={of} verb={asking} onClose={() => setAsking(null)} />}
    </span>
  );
}
