// Microphone, loudspeakers, levels and the ring. All of it lives outside the pages: a page that goes takes no sound with it.

export interface Device {
  id: string;
  name: string;
}
export interface Devices {
  microphones: Device[];
  speakers: Device[];
}
/** What the agent has chosen; empty is the system's own choice. */
export interface Chosen {
  microphone: string;
  speaker: string;
  /** Where it rings: a loudspeaker perhaps, while the headset lies on the desk. */
  ringer: string;
}
export interface Levels {
  /** 0 to 1. */
  in: number;
  out: number;
}

const KEY = "softphone.devices";
const NONE: Chosen = { microphone: "", speaker: "", ringer: "" };

export function remembered(): Chosen {
  try {
    return { ...NONE, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Chosen>) };
  } catch {
    return NONE;
  }
}

export function remember(chosen: Chosen): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(chosen));
  } catch {
    // Chosen for this page only.
  }
}

export async function list(): Promise<Devices> {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  const of = (kind: MediaDeviceKind) =>
    all.filter((one) => one.kind === kind && one.deviceId !== "").map((one) => ({ id: one.deviceId, name: one.label }));
  return { microphones: of("audioinput"), speakers: of("audiooutput") };
}

/** The microphone; the chosen one if it is still there, else whatever the system has. */
export async function microphone(id: string): Promise<MediaStream> {
  if (!navigator.mediaDevices) throw new DOMException("a microphone needs https or this machine itself", "NotAllowedError");
  const audio: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  if (id !== "") {
    try {
      return await navigator.mediaDevices.getUserMedia({ audio: { ...audio, deviceId: { exact: id } } });
    } catch (error) {
      if ((error as DOMException).name !== "OverconstrainedError" && (error as DOMException).name !== "NotFoundError") throw error;
    }
  }
  return navigator.mediaDevices.getUserMedia({ audio });
}

export async function playOn(element: HTMLMediaElement | AudioContext, speaker: string): Promise<void> {
  const sink = element as unknown as { setSinkId?: (id: string) => Promise<void> };
  // A loudspeaker that was pulled out must not end the sound: the system's own takes over.
  await sink.setSinkId?.(speaker).catch(() => sink.setSinkId?.("").catch(() => undefined));
}

/** How loud a stream is, 0 to 1 over 60 dB. */
export class Meter {
  readonly #analyser: AnalyserNode;
  readonly #source: MediaStreamAudioSourceNode;
  readonly #samples: Float32Array<ArrayBuffer>;

  constructor(context: AudioContext, stream: MediaStream) {
    this.#analyser = context.createAnalyser();
    this.#analyser.fftSize = 1_024;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#source = context.createMediaStreamSource(stream);
    this.#source.connect(this.#analyser);
  }

  level(): number {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    let power = 0;
    for (const sample of this.#samples) power += sample * sample;
    return loudness(Math.sqrt(power / this.#samples.length));
  }

  stop(): void {
    this.#source.disconnect();
  }
}

/** Root mean square to 0 … 1: −60 dB is nothing, 0 dB everything. */
export function loudness(rms: number): number {
  if (rms <= 0) return 0;
  return Math.min(1, Math.max(0, 1 + (20 * Math.log10(rms)) / 60));
}

/** Rings until stopped: two tones and a rest, soft enough for an open office. */
export class Ringer {
  #context: AudioContext | undefined;
  #again: ReturnType<typeof setInterval> | undefined;

  start(speaker: string, once = false): void {
    this.stop();
    const context = new AudioContext();
    this.#context = context;
    void playOn(context, speaker).then(() => context.resume());
    const chime = () => {
      for (const [at, hz] of [
        [0, 880],
        [0.18, 1_108.7],
        [0.36, 1_318.5],
      ] as const) {
        const tone = new OscillatorNode(context, { frequency: hz });
        const gain = new GainNode(context, { gain: 0 });
        const from = context.currentTime + at;
        gain.gain.linearRampToValueAtTime(0.25, from + 0.02);
        gain.gain.setValueAtTime(0.25, from + 0.12);
        gain.gain.exponentialRampToValueAtTime(0.001, from + 0.4);
        tone.connect(gain).connect(context.destination);
        tone.start(from);
        tone.stop(from + 0.45);
      }
    };
    chime();
    if (once) setTimeout(() => this.#context === context && this.stop(), 1_200);
    else this.#again = setInterval(chime, 2_500);
  }

  stop(): void {
    clearInterval(this.#again);
    void this.#context?.close().catch(() => undefined);
    this.#context = undefined;
  }
}
