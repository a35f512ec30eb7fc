// Tones: made for microphones and callers, and sought in what was heard and recorded.
/** Samples a second, on the wire and in recordings. */
export const RATE = 8_000;

/** A-law of one sample of 16 bits (G.711). */
function alaw(sample) {
  const sign = sample >= 0 ? 0x80 : 0;
  let value = Math.min(Math.abs(sample), 32_635);
  let exponent = 7;
  for (let mask = 0x4000; exponent > 0 && !(value & mask); mask >>= 1) exponent -= 1;
  const mantissa = exponent === 0 ? value >> 4 : value >> (exponent + 3);
  return (sign | (exponent << 4) | (mantissa & 0x0f)) ^ 0x55;
}

/** The samples of 16 bits behind A-law. */
export const heardOnTheWire = (bytes) =>
  Array.from(bytes, (byte) => {
    const [sign, exponent, mantissa] = [(byte ^ 0x55) & 0x80, ((byte ^ 0x55) >> 4) & 7, (byte ^ 0x55) & 0x0f];
    const value = exponent === 0 ? (mantissa << 4) + 8 : ((mantissa << 4) + 0x108) << (exponent - 1);
    return sign ? value : -value;
  });

/** Stops for a tenth of each half second: a tone that stays, a browser takes for noise. */
const wave = (hz, rate, count) => Array.from({ length: count }, (_, at) => (at / rate) % 0.5 >= 0.4 ? 0 : Math.round(9_000 * Math.sin((2 * Math.PI * hz * at) / rate)));

/** Ten seconds as it goes over the wire; whole periods, so that it can be repeated. */
export const toneOnTheWire = (hz) => Buffer.from(wave(hz, RATE, 10 * RATE).map(alaw));

/** The same as a WAV file for a browser's microphone. */
export function toneFile(hz, rate = 48_000) {
  const samples = Buffer.from(Int16Array.from(wave(hz, rate, 10 * rate)).buffer);
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + samples.length, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}

/** Both channels of a recording as it is served: 16 bits, stereo. */
export function channels(file) {
  let data, format;
  for (let at = 12; at + 8 <= file.length; ) {
    const [name, length] = [file.toString("latin1", at, at + 4), file.readUInt32LE(at + 4)];
    if (name === "fmt ") format = `${file.readUInt16LE(at + 8)}, ${file.readUInt16LE(at + 10)} channels, ${file.readUInt16LE(at + 22)} bits`;
    if (name === "data") data = file.subarray(at + 8, at + 8 + length);
    at += 8 + length + (length % 2);
  }
  if (format !== "1, 2 channels, 16 bits" || !data) throw new Error(`not a recording as a browser plays it: ${format}`);
  return [0, 1].map((channel) => Array.from({ length: data.length >> 2 }, (_, at) => data.readInt16LE(4 * at + 2 * channel)));
}

/** Short enough for a sound that stumbles, long enough to tell 10 Hz apart. */
const LOOK_S = 0.1;

/** How much of the power of these samples is at this frequency, 0 to 1 (Goertzel, tenth of a second by tenth). */
export function shareAt(samples, hz, rate = RATE) {
  const step = (2 * Math.PI * hz) / rate;
  const length = Math.round(rate * LOOK_S);
  let [there, power] = [0, 0];
  for (let from = 0; from + length <= samples.length; from += length) {
    let [re, im] = [0, 0];
    for (let at = from; at < from + length; at += 1) {
      re += samples[at] * Math.cos(step * at);
      im += samples[at] * Math.sin(step * at);
      power += samples[at] * samples[at];
    }
    there += (2 * (re * re + im * im)) / length;
  }
  return power === 0 ? 0 : there / power;
}
