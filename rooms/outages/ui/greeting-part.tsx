// What callers hear of an outage, whom it is told, until when; a leader changes the words, or speaks them himself, and approves.
import { App, Button, Input } from "antd";
import { BadgeCheck, PhoneCall, TriangleAlert, Volume2, VolumeX } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Choose, Field, Mark, Notice, Panel, Short, useProblemText } from "@kit";
import { EditDialog } from "@kit/dialog";
import { ClipRecorder } from "@kit/recorded-clip";
import { useAgents } from "@lib/directory";
import { useMay } from "@lib/session";
import { act, goesOn, isPersonal, ringForVoice, useSettings, useVoice, voiceSound, type Clip, type Mode, type OutageView } from "./api";
import { HEARD } from "./permissions";

const MODES = ["auto", "ordered", "off"] as const;
const WAYS = ["text", "browser", "telephone"] as const;
type Way = (typeof WAYS)[number];

/** The centre rings one's own telephone; what is spoken there is taken like a recording of the browser. */
function ByTelephone({ outage, onClip }: { outage: OutageView; onClip: (clip: Clip | null) => void }) {
  const { t } = useTranslation("outages");
  const problemText = useProblemText();
  const [problem, setProblem] = useState<unknown>(null);
  const voice = useVoice(outage.id).data?.voice;
  const said = problem ? problemText(problem) : null;
  const ring = () => {
    setProblem(null);
    onClip(null);
    ringForVoice(outage.id).catch(setProblem);
  };
  const old = voice && voice.revision !== outage.said;
  const usable = voice?.state === "kept" && !old ? voice.clip : null;
  return (
    <div className="stack" style={{ gap: 8 }}>
      <span className="row tight">
        <Button icon={<PhoneCall size={15} aria-hidden />} disabled={voice ? goesOn(voice.state) : false} onClick={ring}>{t(voice ? "voice.again" : "voice.ring")}</Button>
        <span className="muted" role="status">{voice ? t(old && voice.state === "kept" ? "voice.old" : `voice.${voice.state}`) : t("voice.help")}</span>
      </span>
      {usable && (
        <span className="row tight">
          <audio controls preload="none" src={voiceSound(outage.id, usable)} aria-label={t("voice.listen")} />
          <Button size="small" onClick={() => onClip(usable)}>{t("voice.take")}</Button>
        </span>
      )}
      {said && <Notice tone="busy" title={said.what}>{said.todo}</Notice>}
    </div>
  );
}

function Change({ outage, onClose }: { outage: OutageView; onClose: () => void }) {
  const { t } = useTranslation("outages");
  const [mode, setMode] = useState<Mode>(outage.greeting.mode);
  const [words, setWords] = useState(outage.greeting.words ?? "");
  const [clip, setClip] = useState<Clip | null>(outage.greeting.clip);
  const [way, setWay] = useState<Way>(outage.greeting.clip ? "browser" : "text");
  // What one customer owes or did is told to nobody else.
  const personal = isPersonal(outage);
  const made = personal ? outage.greeting.own.text : outage.greeting.general.text;
  const longest = useSettings().data?.settings.voice_s ?? 45;
  const spoken = way === "text" ? null : clip;
  return (
    <EditDialog title={t("greeting.change")} save={t("greeting.approve")} ready={way === "text" || clip !== null} onClose={onClose} onSave={() => act(outage, { act: "set_greeting", mode, words: words.trim() || null, clip: spoken })}>
      <div className="stack">
        <Field label={t("greeting.mode")} help={t(personal && mode !== "off" ? "greeting.only_own" : `greeting.help_${mode}`)}>
          <Choose label={t("greeting.mode")} value={mode} items={MODES.filter((key) => !personal || key !== "ordered").map((key) => ({ key, label: t(`greeting.${key}`) }))} onChoose={setMode} />
        </Field>
        <Field label={t("voice.way")}>
          <Choose label={t("voice.way")} value={way} items={WAYS.map((key) => ({ key, label: t(`voice.way_${key}`) }))} onChoose={setWay} />
        </Field>
        <Field label={t("greeting.words")} htmlFor="words" help={t(way === "text" ? "greeting.help_words" : "voice.help_words")}>
          <Input.TextArea id="words" rows={4} maxLength={300} showCount value={words} placeholder={made} onChange={(event) => setWords(event.target.value)} />
        </Field>
        <span>
          <Button size="small" onClick={() => setWords(made)}>{t("greeting.take_made")}</Button>
        </span>
        {way === "browser" && <ClipRecorder name={`recorded/outage_${outage.number}`} text={words.trim() || made} longest={longest} onClip={setClip} />}
        {way === "telephone" && <ByTelephone outage={outage} onClip={setClip} />}
        {spoken && <p className="muted">{t("voice.taken", { seconds: spoken.seconds })}</p>}
      </div>
    </EditDialog>
  );
}

export function GreetingPart({ outage }: { outage: OutageView }) {
  const { t } = useTranslation("outages");
  const { message } = App.useApp();
  const problem = useProblemText();
  const agents = useAgents();
  const mayHear = useMay(HEARD);
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
          {mayHear && outage.published_at && <Link to={`/outages/heard?outage=${outage.id}`}>{t("heard.link")}</Link>}
          {may("set_greeting") && <Button size="small" onClick={() => setOpen(true)}>{t("greeting.change")}</Button>}
          {may("approve_greeting") && outage.greeting_waits && <Button size="small" type="primary" onClick={() => void approve()}>{t("greeting.approve")}</Button>}
        </span>
      }
    >
      <div className="stack">
        <Field label={t("greeting.to_own", { seconds: greeting.own.seconds })}>
          <blockquote className="heard">{greeting.own.text}</blockquote>
        </Field>
        <Field label={greeting.is_general ? t("greeting.to_all", { seconds: greeting.general.seconds }) : t(isPersonal(outage) ? "greeting.only_own" : "greeting.not_to_all")}>
          {greeting.is_general && <blockquote className="heard">{greeting.general.text}</blockquote>}
        </Field>
        {greeting.own.clip && (
          <Field label={t("voice.spoken", { seconds: greeting.own.clip.seconds })}>
            <audio controls preload="none" src={voiceSound(outage.id, greeting.own.clip)} aria-label={t("voice.listen")} />
          </Field>
        )}
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
