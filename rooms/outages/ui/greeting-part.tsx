// What callers hear of an outage, whom it is told, until when; a leader changes the words and approves them.
import { App, Button, Input } from "antd";
import { BadgeCheck, TriangleAlert, Volume2, VolumeX } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Choose, Field, Mark, Panel, Short, useProblemText } from "@kit";
import { EditDialog } from "@kit/dialog";
import { useAgents } from "@lib/directory";
import { act, type Mode, type OutageView } from "./api";

const MODES = ["auto", "ordered", "off"] as const;

function Change({ outage, onClose }: { outage: OutageView; onClose: () => void }) {
  const { t } = useTranslation("outages");
  const [mode, setMode] = useState<Mode>(outage.greeting.mode);
  const [words, setWords] = useState(outage.greeting.words ?? "");
  return (
    <EditDialog title={t("greeting.change")} save={t("greeting.approve")} onClose={onClose} onSave={() => act(outage, { act: "set_greeting", mode, words: words.trim() || null, clip: outage.greeting.clip })}>
      <div className="stack">
        <Field label={t("greeting.mode")} help={t(`greeting.help_${mode}`)}>
          <Choose label={t("greeting.mode")} value={mode} items={MODES.map((key) => ({ key, label: t(`greeting.${key}`) }))} onChoose={setMode} />
        </Field>
        <Field label={t("greeting.words")} htmlFor="words" help={t("greeting.help_words")}>
          <Input.TextArea id="words" rows={4} maxLength={300} showCount value={words} placeholder={outage.greeting.general.text} onChange={(event) => setWords(event.target.value)} />
        </Field>
        <span>
          <Button size="small" onClick={() => setWords(outage.greeting.general.text)}>{t("greeting.take_made")}</Button>
        </span>
      </div>
    </EditDialog>
  );
}

export function GreetingPart({ outage }: { outage: OutageView }) {
  const { t } = useTranslation("outages");
  const { message } = App.useApp();
  const problem = useProblemText();
  const agents = useAgents();
  const [open, setOpen] = useState(false);
  const { greeting } = outage;
  const may = (verb: "set_greeting" | "approve_greeting") => outage.allowed.includes(verb);
  const approve = () => act(outage, { act: "approve_greeting" }).then(() => message.success(t("greeting.approved")), (error: unknown) => message.error(problem(error).what));
  const state = outage.speaks ? (
    <Mark tone="accent" icon={Volume2}>{t("greeting.speaks")}</Mark>
  ) : outage.greeting_waits ? (
    <Mark tone="wrap" icon={TriangleAlert}>{t("alarm.greeting")}</Mark>
  ) : (
    <Mark tone="offline" icon={VolumeX}>{t("greeting.silent")}</Mark>
  );
  return (
    <Panel
      title={t("greeting.title")}
      extra={
        <span className="row tight not-on-paper">
          {state}
          {may("set_greeting") && <Button size="small" onClick={() => setOpen(true)}>{t("greeting.change")}</Button>}
          {may("approve_greeting") && outage.greeting_waits && <Button size="small" type="primary" onClick={() => void approve()}>{t("greeting.approve")}</Button>}
        </span>
      }
    >
      <div className="stack">
        <Field label={t("greeting.to_own", { seconds: greeting.own.seconds })}>
          <blockquote className="heard">{greeting.own.text}</blockquote>
        </Field>
        <Field label={greeting.is_general ? t("greeting.to_all", { seconds: greeting.general.seconds }) : t("greeting.not_to_all")}>
          {greeting.is_general && <blockquote className="heard">{greeting.general.text}</blockquote>}
        </Field>
        {greeting.from && greeting.until && (
          <p className="muted">
            {t("greeting.span")} <Short at={greeting.from} /> – <Short at={greeting.until} />
          </p>
        )}
        {greeting.approval && (
          <p className="muted row tight">
            <BadgeCheck size={15} aria-hidden />
            {t("greeting.approved_by", { who: agents.name(greeting.approval.by) ?? t("centre"), revision: greeting.approval.revision })} <Short at={greeting.approval.at} />
          </p>
        )}
      </div>
      {open && <Change outage={outage} onClose={() => setOpen(false)} />}
    </Panel>
  );
}
