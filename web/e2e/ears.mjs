// What is heard at each end of a call, in a browser as at a telephone: which tones are in it and which are not.
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { shareAt } from "./tones.mjs";

/** Of what is heard, a tone has at least this much; two at once share, and microphones are quieter than telephones. */
const THERE = 0.1;
/** And of a tone that is not there, whatever else sounds (music, a prompt) has no more. */
const GONE = 0.03;
/** The clearest half second of a recording has more. */
export const MOSTLY = 0.5;

/** The last half second and more that the softphone of a page plays, at about 8,000 samples a second. */
export async function heardIn(page) {
  return page.evaluate(async () => {
    const stream = document.querySelector("audio[data-softphone]")?.srcObject;
    if (!stream) return { samples: [], rate: 8_000 };
    if (window.ear?.stream !== stream) {
      await window.ear?.context.close();
      const context = new AudioContext();
      const analyser = new AnalyserNode(context, { fftSize: 32_768 });
      context.createMediaStreamSource(stream).connect(analyser);
      window.ear = { stream, context, analyser };
    }
    const { context, analyser } = window.ear;
    const full = analyser.fftSize / context.sampleRate;
    while (context.currentTime < full) await new Promise((done) => setTimeout(done, 50));
    const all = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(all);
    const step = Math.round(context.sampleRate / 8_000);
    return { samples: [...all.filter((_, at) => at % step === 0)], rate: context.sampleRate / step };
  });
}

/** An ear is whatever says what it has heard: `telephone`, or `() => heardIn(page)`. */
async function shares(ear, tones) {
  const { samples, rate } = await (typeof ear === "function" ? ear() : ear.heard());
  return Object.fromEntries(tones.map((hz) => [hz, shareAt(samples, hz, rate)]));
}

/** Waits until these tones are heard, and those are not. */
export async function hears(ear, tones, { not = [], within = 15_000 } = {}) {
  const end = performance.now() + within;
  for (;;) {
    const found = await shares(ear, [...tones, ...not]);
    if (tones.every((hz) => found[hz] > THERE) && not.every((hz) => found[hz] < GONE)) return;
    assert.ok(performance.now() < end, `${tones.join(", ")} Hz wanted${not.length > 0 ? `, ${not.join(", ")} not` : ""}; of what is heard is ${JSON.stringify(found)}`);
    await pause(100);
  }
}

/** The clearest half second of a channel; announcements and ringing are in it too. */
export function best(samples, hz) {
  let top = 0;
  for (let at = 0; at + 4_000 <= samples.length; at += 1_000) top = Math.max(top, shareAt(samples.slice(at, at + 4_000), hz));
  return top;
}
