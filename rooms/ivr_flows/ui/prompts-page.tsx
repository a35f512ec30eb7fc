// The prompts: heard, recorded, spoken and uploaded here, and which flows play them.
import { App, Button, Checkbox, Input, Modal, Segmented } from "antd";
import { CircleDashed, FileAudio, Mic, Play, Plus, Speech, Square, Trash2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty, Field, Mark, Notice, Page, Panel, Table, Trouble, useProblemText } from "@kit";
import { TextFilter } from "@kit/filters";
import { VoiceRecorder } from "@kit/record";
import { duration } from "@lib/format";
import { useMay } from "@lib/session";
import { useUrlState } from "@lib/url";
import { deletePrompt, promptAudio, speakPrompt, uploadPrompt, usePrompts, useSpeech, type Prompt } from "./api";
import { EDIT } from "./permissions";
import { Tabs } from "./tabs";

const UPLOAD_MAX = 50 * 1024 * 1024;

/** One prompt at a time. */
function useListening() {
  const audio = useRef<HTMLAudioElement | null>(null);
  const [playing, setPlaying] = useState<string | null>(null);
  const [broken, setBroken] = useState<string | null>(null);
  useEffect(() => () => audio.current?.pause(), []);
  const toggle = (id: string) => {
    audio.current?.pause();
    if (playing === id) {
      setPlaying(null);
      return;
    }
    const made = new Audio(promptAudio(id));
    audio.current = made;
    setBroken(null);
    setPlaying(id);
    made.onended = () => setPlaying(null);
    made.onerror = () => {
      setPlaying(null);
      setBroken(id);
    };
    void made.play().catch(() => setPlaying(null));
  };
  return { playing, broken, toggle };
}

type From = "record" | "speak" | "file";

function AddDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("ivr_flows");
  const { t: app } = useTranslation("app");
  const { message } = App.useApp();
  const problemText = useProblemText();
  const speech = useSpeech();
  const [from, setFrom] = useState<From>("record");
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState("");
  const [text, setText] = useState("");
  const [replace, setReplace] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const said = problem ? problemText(problem) : null;
  const tooLarge = file !== null && file.size > UPLOAD_MAX;
  const silent = from === "speak" && speech.data?.available === false;
  const ready = name.trim() !== "" && (from === "speak" ? text.trim() !== "" && !silent : file !== null && !tooLarge);

  async function send(): Promise<void> {
    setBusy(true);
    setProblem(null);
    try {
      if (from === "speak") await speakPrompt(text.trim(), name.trim(), replace);
      else if (file) await uploadPrompt(file, name.trim(), text.trim(), replace, from === "record");
      message.success(t("upload.done", { name: name.trim() }));
      onClose();
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Modal open title={t("upload.title")} onCancel={onClose} okText={t(from === "file" ? "upload.send" : "upload.keep")} cancelText={app("cancel")} confirmLoading={busy} okButtonProps={{ disabled: !ready }} onOk={() => void send()}>
      <div className="stack" style={{ gap: 16 }}>
        {said && (
          <Notice tone="busy" title={said.what}>
            {said.todo}
          </Notice>
        )}
        <Segmented<From>
          block
          aria-label={t("upload.way")}
          value={from}
          onChange={(way) => {
            setFrom(way);
            setFile(null);
          }}
          options={(["record", "speak", "file"] as const).map((way) => ({ value: way, label: t(`upload.ways.${way}`) }))}
        />
        {from === "record" && (
          <Field label={t("upload.record")} required help={t("upload.record_help")}>
            <VoiceRecorder longest={180} onRecorded={setFile} />
          </Field>
        )}
        {silent && (
          <Notice tone="wrap" title={t("upload.no_speech")}>
            {t("upload.no_speech_todo", { why: speech.data?.why_not ?? "" })}
          </Notice>
        )}
        {from === "file" && (
          <Field label={t("upload.file")} htmlFor="prompt-file" required help={t("upload.file_help")} fault={tooLarge ? t("upload.too_large") : undefined}>
            <input
              id="prompt-file"
              type="file"
              accept=".wav,audio/wav,audio/x-wav"
              onChange={(event) => {
                const chosen = event.target.files?.[0] ?? null;
                setFile(chosen);
                if (chosen && !name) setName(`recorded/${chosen.name.replace(/\.wav$/i, "").replace(/[^\w.-]+/g, "_").toLowerCase()}`);
              }}
            />
          </Field>
        )}
        <Field label={t("upload.name")} htmlFor="prompt-name" required help={t("upload.name_help")}>
          <Input id="prompt-name" value={name} maxLength={120} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label={t(from === "speak" ? "upload.speak_text" : "upload.text")} htmlFor="prompt-text" required={from === "speak"} help={t(from === "speak" ? "upload.speak_help" : "upload.text_help")}>
          <Input.TextArea id="prompt-text" value={text} maxLength={1000} autoSize={{ minRows: 3 }} onChange={(event) => setText(event.target.value)} />
        </Field>
        {busy && from === "speak" && (
          <span role="status" className="muted">
            {t("upload.speaking")}
          </span>
        )}
        <Checkbox checked={replace} onChange={(event) => setReplace(event.target.checked)}>
          {t("upload.replace")}
        </Checkbox>
      </div>
    </Modal>
  );
}

export default function PromptsPage() {
  const { t } = useTranslation("ivr_flows");
  const prompts = usePrompts();
  const { playing, broken, toggle } = useListening();
  const [uploading, setUploading] = useState(false);
  const [url, change] = useUrlState(["q"] as const);
  const mayEdit = useMay(EDIT);
  const { message } = App.useApp();
  const problemText = useProblemText();
  const remove = (prompt: Prompt) =>
    deletePrompt(prompt.id).then(
      () => message.success(t("prompts.deleted", { name: prompt.name })),
      (error: unknown) => message.error(problemText(error).what),
    );
  const wanted = url.q?.toLowerCase();
  const rows = prompts.data?.items.filter((p) => !wanted || `${p.name} ${p.text ?? ""}`.toLowerCase().includes(wanted));
  return (
    <Page
      title={t("tabs.prompts")}
      lead={t("prompts.lead")}
      actions={
        mayEdit && (
          <Button type="primary" onClick={() => setUploading(true)} icon={<Plus size={16} aria-hidden />}>
            {t("upload.open")}
          </Button>
        )
      }
    >
      <Tabs />
      <search className="filters">
        <TextFilter id="q" label={t("prompts.find")} width={260} value={url.q} onChange={(q) => change({ q })} />
      </search>
      {broken && (
        <Notice tone="busy" title={t("prompts.broken")}>
          {t("prompts.broken_todo")}
        </Notice>
      )}
      <Panel flush label={t("tabs.prompts")}>
        {prompts.isError && !prompts.data ? (
          <Trouble error={prompts.error} retry={() => void prompts.refetch()} />
        ) : (
          <Table
            label={t("tabs.prompts")}
            rows={rows}
            rowKey={(p) => p.id}
            columns={[
              {
                key: "play",
                title: <span className="visually-hidden">{t("prompts.listen")}</span>,
                width: 60,
                cell: (p) => <Button aria-label={playing === p.id ? t("prompts.stop", { name: p.name }) : t("prompts.play", { name: p.name })} onClick={() => toggle(p.id)} icon={playing === p.id ? <Square size={15} aria-hidden /> : <Play size={15} aria-hidden />} />,
              },
              { key: "name", title: t("prompts.name"), cell: (p) => <code>{p.name}</code> },
              { key: "text", title: t("prompts.text"), cell: (p) => p.text ?? <span className="muted">{t("prompts.no_text")}</span> },
              { key: "duration", title: t("prompts.length"), num: true, cell: (p) => duration(p.duration_ms) },
              { key: "kind", title: t("prompts.kind"), cell: (p) => <Mark tone="offline" icon={p.kind === "recorded" ? Mic : Speech}>{t(`prompts.kinds.${p.kind}`)}</Mark> },
              { key: "used", title: t("prompts.used"), cell: (p) => (p.used_in.length > 0 ? p.used_in.join("、") : <Mark tone="offline" icon={CircleDashed}>{t("prompts.unused")}</Mark>) },
              {
                key: "act",
                title: <span className="visually-hidden">{t("prompts.delete_short")}</span>,
                width: 60,
                cell: (p) => mayEdit && p.kind === "recorded" && <Button type="text" aria-label={t("prompts.delete", { name: p.name })} onClick={() => void remove(p)} icon={<Trash2 size={16} aria-hidden />} />,
              },
            ]}
            empty={
              <Empty icon={FileAudio} title={wanted ? t("prompts.none_found") : t("prompts.none")}>
                {t("prompts.none_todo")}
              </Empty>
            }
          />
        )}
      </Panel>
      {uploading && <AddDialog onClose={() => setUploading(false)} />}
    </Page>
  );
}
