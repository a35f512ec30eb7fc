// Somebody speaks into the browser's microphone, hears it again, and it becomes a WAV file that the server takes.
import { Button } from "antd";
import { Mic, RotateCcw, Square } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { duration } from "@lib/format";
import { wavOf } from "./wav";

/** More than a telephone line carries, and little to send. */
const RATE = 16_000;

type State = "idle" | "asking" | "recording" | "reading" | "done" | "refused" | "failed";

/** What the browser recorded, mono at `RATE`. */
async function samplesOf(recorded: Blob): Promise<Float32Array> {
  const reader = new AudioContext();
  try {
    const sound = await reader.decodeAudioData(await recorded.arrayBuffer());
    const offline = new OfflineAudioContext(1, Math.max(1, Math.ceil(sound.duration * RATE)), RATE);
    const source = offline.createBufferSource();
    source.buffer = sound;
    source.connect(offline.destination);
    source.start();
    return (await offline.startRendering()).getChannelData(0);
  } finally {
    await reader.close();
  }
}

interface Recorded {
  /** Longest, in seconds; then it stops by itself. */
  longest?: number;
  /** The file, or null when it is being done again. */
  onRecorded: (file: File | null) => void;
}

export function VoiceRecorder({ longest = 60, onRecorded }: Recorded) {
  const { t } = useTranslation("app");
  const [state, setState] = useState<State>("idle");
  const [seconds, setSeconds] = useState(0);
  const [heard, setHeard] = useState<string | null>(null);
  const end = useRef<(() => void) | undefined>(undefined);
  const stop = useRef<(() => void) | undefined>(undefined);
  useEffect(() => () => end.current?.(), []);
  useEffect(() => () => void (heard && URL.revokeObjectURL(heard)), [heard]);

  async function record(): Promise<void> {
    onRecorded(null);
    setHeard(null);
    setSeconds(0);
    setState("asking");
    let gone = false;
    end.current = () => {
      gone = true;
    };
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: false, noiseSuppression: true } });
    } catch {
      setState("refused");
      return;
    }
    const release = () => stream.getTracks().forEach((track) => track.stop());
    if (gone) return release();
    const pieces: Blob[] = [];
    const recorder = new MediaRecorder(stream);
    const ticking = setInterval(() => setSeconds((now) => now + 1), 1_000);
    const limit = setTimeout(() => recorder.state === "recording" && recorder.stop(), longest * 1_000);
    const leave = () => {
      clearInterval(ticking);
      clearTimeout(limit);
      release();
    };
    recorder.ondataavailable = ({ data }) => pieces.push(data);
    recorder.onstop = () => {
      leave();
      if (gone) return;
      setState("reading");
      samplesOf(new Blob(pieces, { type: recorder.mimeType })).then(
        (samples) => {
          if (gone) return;
          const file = new File([wavOf(samples, RATE)], "recorded.wav", { type: "audio/wav" });
          setHeard(URL.createObjectURL(file));
          setState("done");
          onRecorded(file);
        },
        () => !gone && setState("failed"),
      );
    };
    end.current = () => {
      gone = true;
      if (recorder.state === "recording") recorder.stop();
      leave();
    };
    stop.current = () => recorder.state === "recording" && recorder.stop();
    recorder.start();
    setState("recording");
  }
  const recording = state === "recording";
  return (
    <div className="stack" style={{ gap: 8 }}>
      <span className="row">
        <Button danger={recording} disabled={state === "asking" || state === "reading"} onClick={() => (recording ? stop.current?.() : void record())} icon={recording ? <Square size={14} aria-hidden /> : state === "done" ? <RotateCcw size={14} aria-hidden /> : <Mic size={16} aria-hidden />}>
          {t(recording ? "recorder.stop" : state === "done" ? "recorder.again" : "recorder.start")}
        </Button>
        <span role="status" className="muted">
          {recording ? t("recorder.running", { now: duration(seconds * 1_000), longest: duration(longest * 1_000) }) : state === "idle" || state === "done" ? "" : t(`recorder.${state}`)}
        </span>
      </span>
      {heard && <audio controls src={heard} aria-label={t("recorder.listen")} />}
    </div>
  );
}
