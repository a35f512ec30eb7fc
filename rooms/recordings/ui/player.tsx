// Hearing a recording: customer above, agent below, J/K/L, 1 to 2.5 times as fast at the same pitch, marks to jump to.
import { App, Button, Tooltip } from "antd";
import { Headphones, Link2, Pause, Play, RotateCcw, RotateCw, UserRound } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import WaveSurfer from "wavesurfer.js";
import { Mark as StateMark, Notice, Skeleton } from "@kit";
import { duration } from "@lib/format";
import { useHotkeys } from "@lib/hotkeys";
import { token, useTheme } from "@lib/theme";
import { audioUrl, useWaveform, type Mark } from "./api";

export const SPEEDS = [1, 1.25, 1.5, 2, 2.5];
const STEP_S = 5;

/** The stretches between `hold_started` and `hold_ended`; one without an end reaches to the end. */
export function holds(marks: Mark[], duration_ms: number): [from: number, until: number][] {
  const found: [number, number][] = [];
  let open: number | null = null;
  for (const mark of [...marks].sort((a, b) => a.offset_ms - b.offset_ms)) {
    if (mark.kind === "hold_started") open ??= mark.offset_ms;
    else if (mark.kind === "hold_ended" && open !== null) {
      found.push([open, mark.offset_ms]);
      open = null;
    }
  }
  if (open !== null) found.push([open, duration_ms]);
  return found;
}

/** The customer's side above in one colour, the agent's below in another; taken from the theme. */
function colors() {
  const side = (name: string) => ({ waveColor: token(name), progressColor: token(name), height: 84, overlay: false });
  return { splitChannels: [side("call"), side("ready")], cursorColor: token("ink") };
}

interface PlayerProps {
  recording: string;
  duration_ms: number;
  marks: Mark[];
  /** Where to begin, in seconds. */
  at?: number;
  /** Keys only work for one player of a page. */
  keys?: boolean;
}

export default function Player({ recording, duration_ms, marks, at = 0, keys = true }: PlayerProps) {
  const { t, i18n } = useTranslation("recordings");
  const { message } = App.useApp();
  const theme = useTheme();
  const wave = useWaveform(recording);
  const stage = useRef<HTMLDivElement>(null);
  const surfer = useRef<WaveSurfer | null>(null);
  const [playing, setPlaying] = useState(false);
  const [now, setNow] = useState(at);
  const [speed, setSpeed] = useState(1);
  const [broken, setBroken] = useState(false);
  const place = useRef(at);
  const whole_s = (wave.data?.duration_ms ?? duration_ms) / 1000;

  useEffect(() => {
    const peaks = wave.data;
    if (!stage.current || !peaks) return;
    // Nothing is fetched before Play: listening is a look at personal data and is written to the journal.
    const media = new Audio();
    media.preload = "none";
    media.preservesPitch = true;
    const made = WaveSurfer.create({
      container: stage.current,
      media,
      url: audioUrl(recording),
      peaks: [peaks.left, peaks.right],
      duration: Math.max(0.1, peaks.duration_ms / 1000),
      ...colors(),
      cursorWidth: 2,
      barWidth: 2,
      barGap: 1,
      barRadius: 2,
      normalize: false,
      dragToSeek: true,
    });
    made.on("play", () => setPlaying(true));
    made.on("pause", () => setPlaying(false));
    made.on("timeupdate", (second) => {
      place.current = second;
      setNow(second);
    });
    made.on("interaction", (second) => {
      place.current = second;
      setNow(second);
    });
    made.on("error", () => setBroken(true));
    if (place.current > 0) made.setTime(place.current);
    surfer.current = made;
    return () => {
      surfer.current = null;
      // A media element of our own goes on sounding, without any page, unless it is told to stop and to forget its source.
      media.pause();
      made.destroy();
      media.removeAttribute("src");
      media.load();
    };
  }, [wave.data, recording]);

  // Another theme paints it anew, and the sound goes on.
  useEffect(() => surfer.current?.setOptions(colors()), [theme]);

  useEffect(() => {
    surfer.current?.setPlaybackRate(speed, true);
  }, [speed, wave.data]);

  const toggle = () => {
    setBroken(false);
    void surfer.current?.playPause().catch(() => setBroken(true));
  };
  const go = (second: number) => {
    const to = Math.min(whole_s, Math.max(0, second));
    place.current = to;
    surfer.current?.setTime(to);
    setNow(to);
  };
  const faster = (by: number) => setSpeed((was) => SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, SPEEDS.indexOf(was) + by))] ?? 1);
  useHotkeys({ j: () => go(place.current - STEP_S), k: toggle, l: () => go(place.current + STEP_S), ",": () => faster(-1), ".": () => faster(1) }, keys);

  const share = () => {
    const url = new URL(`/recordings/${recording}`, window.location.href);
    url.searchParams.set("at", String(Math.floor(place.current)));
    void navigator.clipboard?.writeText(url.toString()).then(
      () => message.success(t("player.copied", { at: duration(place.current * 1000) })),
      () => message.info(url.toString()),
    );
  };
  const nameOf = (mark: Mark) => (i18n.exists(`mark.${mark.kind}`, { ns: "recordings" }) ? (t(`mark.${mark.kind}` as "mark.agent_joined") as string) : mark.kind);

  return (
    <div className="player">
      <div className="waves">
        <div className="sides">
          <StateMark tone="call" icon={UserRound}>
            {t("player.customer")}
          </StateMark>
          <StateMark tone="ready" icon={Headphones}>
            {t("player.agent")}
          </StateMark>
        </div>
        <div className="stage">
          {wave.isPending && <Skeleton height={168} />}
          {wave.isError && <p className="muted" style={{ padding: 16 }}>{t("player.no_wave")}</p>}
          <div ref={stage} aria-hidden />
          {holds(marks, duration_ms).map(([from, until]) => (
            <div key={from} className="span" style={{ left: `${(from / 10 / whole_s)}%`, width: `${(until - from) / 10 / whole_s}%` }} />
          ))}
          {marks.map((mark, i) => (
            <div key={i} className="flag" data-tone={mark.kind.startsWith("hold") ? "hold" : "offline"} style={{ left: `${mark.offset_ms / 10 / whole_s}%` }} />
          ))}
        </div>
      </div>
      <input className="seek" type="range" min={0} max={Math.ceil(whole_s)} step={1} value={Math.floor(now)} aria-label={t("player.position")} aria-valuetext={duration(now * 1000)} onChange={(event) => go(Number(event.target.value))} />
      {broken && (
        <Notice tone="busy" title={t("player.broken")}>
          {t("player.broken_todo")}
        </Notice>
      )}
      <div className="keys">
        <Tooltip title={<>{t("player.back")} (J)</>}>
          <Button aria-label={t("player.back")} onClick={() => go(place.current - STEP_S)} icon={<RotateCcw size={17} aria-hidden />} />
        </Tooltip>
        <Button type="primary" disabled={!wave.data} onClick={toggle} icon={playing ? <Pause size={17} aria-hidden /> : <Play size={17} aria-hidden />}>
          {playing ? t("player.pause") : t("player.play")} (K)
        </Button>
        <Tooltip title={<>{t("player.forward")} (L)</>}>
          <Button aria-label={t("player.forward")} onClick={() => go(place.current + STEP_S)} icon={<RotateCw size={17} aria-hidden />} />
        </Tooltip>
        <span className="now" aria-live="off">
          {duration(now * 1000)} <small>/ {duration(whole_s * 1000)}</small>
        </span>
        <div className="choose" role="group" aria-label={t("player.speed")}>
          {SPEEDS.map((value) => (
            <button key={value} type="button" aria-pressed={speed === value} onClick={() => setSpeed(value)}>
              {value}×
            </button>
          ))}
        </div>
        <span className="grow" />
        <Button onClick={share} icon={<Link2 size={16} aria-hidden />}>
          {t("player.share")}
        </Button>
      </div>
      {marks.length > 0 && (
        <div className="marks" role="group" aria-label={t("player.marks")}>
          {marks.map((mark, i) => (
            <button key={i} type="button" onClick={() => go(mark.offset_ms / 1000)}>
              <b>{duration(mark.offset_ms)}</b> {nameOf(mark)}
            </button>
          ))}
        </div>
      )}
      <p className="muted">{t("player.journal")}</p>
    </div>
  );
}
