// A new order is heard and felt: three tones, and the telephone shakes where it can.

let context: AudioContext | null = null;

/** Browsers let a page sound only once it has been touched. */
export function readyToChime(): () => void {
  const touched = () => {
    if (!("AudioContext" in window)) return;
    context ??= new AudioContext();
    void context.resume().catch(() => undefined);
  };
  window.addEventListener("pointerdown", touched);
  window.addEventListener("keydown", touched);
  return () => {
    window.removeEventListener("pointerdown", touched);
    window.removeEventListener("keydown", touched);
  };
}

/** Where somebody is in danger it sounds three times. */
export function chime(danger: boolean): void {
  const times = danger ? 3 : 1;
  // Not every telephone can, and some only say so when they are asked.
  navigator.vibrate?.(Array.from({ length: times }, () => [300, 150, 300, 450]).flat());
  if (context?.state !== "running") return;
  for (let time = 0; time < times; time++) {
    for (const [at, hz] of [
      [0, 880],
      [0.18, 1_108.7],
      [0.36, 1_318.5],
    ] as const) {
      const tone = new OscillatorNode(context, { frequency: hz });
      const gain = new GainNode(context, { gain: 0 });
      const from = context.currentTime + time * 1.2 + at;
      gain.gain.setValueAtTime(0, from);
      gain.gain.linearRampToValueAtTime(0.4, from + 0.02);
      gain.gain.setValueAtTime(0.4, from + 0.12);
      gain.gain.exponentialRampToValueAtTime(0.001, from + 0.4);
      tone.connect(gain).connect(context.destination);
      tone.start(from);
      tone.stop(from + 0.45);
    }
  }
}
