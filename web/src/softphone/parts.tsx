// The softphone's parts for pages: is it there, how loud, how good, which devices, and a try of the microphone.
import "./softphone.css";
import { Button, Popover, Select } from "antd";
import { AudioLines, CircleSlash, LoaderCircle, Mic, MicOff, MonitorUp, Phone, Play, PhoneOff, Square, Volume2, type LucideIcon } from "lucide-react";
import { useEffect, useId, useRef, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { Mark, type Tone } from "@kit";
import { softphone, type Status } from "./phone";
import type { Grade, Quality } from "./quality";

const useSoft = () => useSyncExternalStore(softphone.watch, () => softphone.state);
const useLoud = () => useSyncExternalStore(softphone.watchLevels, () => softphone.levels);

const LOOK: Record<Status, { tone: Tone; icon: LucideIcon }> = {
  off: { tone: "offline", icon: PhoneOff },
  connecting: { tone: "wrap", icon: LoaderCircle },
  ready: { tone: "ready", icon: Phone },
  elsewhere: { tone: "offline", icon: MonitorUp },
  refused: { tone: "busy", icon: CircleSlash },
  no_microphone: { tone: "busy", icon: MicOff },
};

/** Whether the softphone is there, in a colour, an icon and a word, and the way out when it is not. */
export function SoftphoneMark() {
  const { t } = useTranslation("app");
  const { status, reconnecting } = useSoft();
  const { tone, icon } = LOOK[status];
  return (
    <span className="soft-mark" role="status">
      <Mark tone={tone} icon={icon} chip>
        {t(`softphone.status.${reconnecting ? "reconnecting" : status}`)}
      </Mark>
      {status === "elsewhere" && (
        <Button size="small" onClick={softphone.takeOver}>
          {t("softphone.take_over")}
        </Button>
      )}
    </span>
  );
}

const BARS = 12;

/** Twelve bars that fill from the left; the last two say that it is too loud. */
function Bars({ value, label }: { value: number; label: string }) {
  const filled = Math.round(value * BARS);
  return (
    <svg className="soft-bars" viewBox={`0 0 ${BARS * 8} 16`} role="meter" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(value * 100)}>
      {Array.from({ length: BARS }, (_, at) => (
        <rect key={at} x={at * 8 + 1} y={2} width={5} height={12} rx={2} data-on={at < filled || undefined} data-loud={at >= BARS - 2 || undefined} />
      ))}
    </svg>
  );
}

/** How loud the microphone is (`in`) or what is heard (`out`). */
export function Level({ of }: { of: "in" | "out" }) {
  const { t } = useTranslation("app");
  const levels = useLoud();
  const { muted } = useSoft();
  const Icon = of === "out" ? Volume2 : muted ? MicOff : Mic;
  return (
    <span className="soft-level" data-muted={(of === "in" && muted) || undefined}>
      <Icon size={16} aria-hidden />
      <Bars value={levels[of]} label={t(`softphone.level.${of}`)} />
    </span>
  );
}

const HEIGHTS: Record<Grade, number> = { good: 4, fair: 2, poor: 1 };
const TONES: Record<Grade, Tone> = { good: "ready", fair: "wrap", poor: "busy" };

/** The line as four bars, its word beside them, and the figures for whoever asks. */
export function QualityBars({ quality }: { quality: Quality | null }) {
  const { t } = useTranslation("app");
  if (!quality) return <span className="soft-quality" aria-hidden />;
  const { grade, lossPercent, jitterMs, roundTripMs } = quality;
  const figures = t("softphone.quality.figures", { loss: lossPercent.toFixed(1), jitter: Math.round(jitterMs), trip: roundTripMs === null ? "–" : Math.round(roundTripMs) });
  return (
    <span className="soft-quality" data-tone={TONES[grade]} title={figures}>
      <svg viewBox="0 0 22 16" width="22" height="16" aria-hidden>
        {[0, 1, 2, 3].map((at) => (
          <rect key={at} x={at * 6} y={12 - at * 4} width={4} height={4 + at * 4} rx={1} data-on={at < HEIGHTS[grade] || undefined} />
        ))}
      </svg>
      <span>{t(`softphone.quality.${grade}`)}</span>
      <span className="visually-hidden">{figures}</span>
    </span>
  );
}

/** The softphone in the bar of the frame: a look says whether it works; behind it are its switch, devices and test. */
export function SoftphoneMenu({ number }: { number: string }) {
  const { t } = useTranslation("app");
  const { status, reconnecting, quality } = useSoft();
  const { tone, icon: Icon } = LOOK[status];
  const word = t(`softphone.status.${reconnecting ? "reconnecting" : status}`);
  const on = status !== "off";
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      content={
        <div className="soft-menu">
          <div className="soft-menu-head">
            <SoftphoneMark />
            <QualityBars quality={quality} />
            <Button size="small" onClick={() => (on ? softphone.putAway() : softphone.start(number))}>
              {t(on ? "softphone.off" : "softphone.on")}
            </Button>
          </div>
          <Devices />
          <MicrophoneTest />
        </div>
      }
    >
      <Button className="soft-button" data-tone={tone} aria-label={word} icon={<Icon size={17} aria-hidden />}>
        <span className="soft-word">{t("softphone.name")}</span>
      </Button>
    </Popover>
  );
}

/** Microphone, loudspeaker and ringer, each of what the machine has. */
export function Devices() {
  const { t } = useTranslation("app");
  const { devices, chosen } = useSoft();
  const id = useId();
  const row = (what: "microphone" | "speaker" | "ringer", known: { id: string; name: string }[]) => (
    <div className="soft-device">
      <label htmlFor={`${id}${what}`}>{t(`softphone.device.${what}`)}</label>
      <Select
        id={`${id}${what}`}
        value={known.some((one) => one.id === chosen[what]) ? chosen[what] : ""}
        options={[{ value: "", label: t("softphone.device.system") }, ...known.filter((one) => one.id !== "default").map((one) => ({ value: one.id, label: one.name || t("softphone.device.nameless") }))]}
        onChange={(value) => void softphone.choose({ [what]: value })}
      />
      {what === "ringer" && <Button onClick={softphone.testRinger} icon={<Play size={14} aria-hidden />} aria-label={t("softphone.device.ring")} />}
    </div>
  );
  return (
    <div className="soft-devices">
      {row("microphone", devices.microphones)}
      {row("speaker", devices.speakers)}
      {row("ringer", devices.speakers)}
    </div>
  );
}

type Trial = "idle" | "listening" | "playing" | "silent" | "heard" | "refused";
const RECORD_MS = 3_000;
/** Somebody who speaks at a desk is louder than this for at least a moment. */
const SPEECH = 0.35;

/** Speak for three seconds, then hear yourself: the microphone, the loudspeaker and the levels in one go. */
export function MicrophoneTest() {
  const { t } = useTranslation("app");
  const { call, chosen } = useSoft();
  const [trial, setTrial] = useState<Trial>("idle");
  const loudest = useRef(0);
  const end = useRef<() => void>(undefined);
  useEffect(() => {
    const watching = softphone.watchLevels(() => {
      loudest.current = Math.max(loudest.current, softphone.levels.in);
    });
    return () => {
      watching();
      end.current?.();
    };
  }, []);

  const run = async () => {
    let over = false;
    let close = () => undefined as void;
    let url: string | undefined;
    const player = new Audio();
    end.current = () => {
      over = true;
      player.pause();
      if (url) URL.revokeObjectURL(url);
      close();
      end.current = undefined;
    };
    setTrial("listening");
    loudest.current = 0;
    try {
      close = await softphone.testMicrophone();
    } catch {
      setTrial("refused");
      return;
    }
    const stream = softphone.microphoneStream;
    if (over || !stream) return close();
    const pieces: Blob[] = [];
    const recorder = new MediaRecorder(stream);
    recorder.ondataavailable = ({ data }) => pieces.push(data);
    recorder.onstop = () => {
      if (over) return;
      const heard = loudest.current > SPEECH;
      url = URL.createObjectURL(new Blob(pieces, { type: recorder.mimeType }));
      player.src = url;
      player.onended = () => {
        setTrial(heard ? "heard" : "silent");
        end.current?.();
      };
      setTrial("playing");
      const sink = player as unknown as { setSinkId?: (id: string) => Promise<void> };
      void Promise.resolve(sink.setSinkId?.(chosen.speaker))
        .catch(() => undefined)
        .then(() => player.play())
        .catch(() => player.onended?.(new Event("ended")));
    };
    recorder.start();
    setTimeout(() => recorder.state === "recording" && recorder.stop(), RECORD_MS);
  };
  const cancel = () => {
    end.current?.();
    setTrial("idle");
  };
  const running = trial === "listening" || trial === "playing";
  return (
    <div className="soft-test">
      <Button onClick={running ? cancel : () => void run()} disabled={call !== null} icon={running ? <Square size={14} aria-hidden /> : <AudioLines size={16} aria-hidden />}>
        {t(running ? "softphone.test.stop" : "softphone.test.start")}
      </Button>
      <Level of="in" />
      <p role="status">{t(`softphone.test.${call ? "in_call" : trial}`)}</p>
    </div>
  );
}
