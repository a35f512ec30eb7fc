// Tones: made for microphones and callers, and sought in what was heard and recorded.
const RATE = 8_000;

/** A-law of one sample of 16 bits (G.711). */
function alaw(sample) {
  const sign = sample >= 0 ? 0x80 : 0;
  let value = Math.min(Math.abs(sample), 32_635);
  let exponent = 7;
  for (let mask = 0x4000; exponent > 0 && !(value & mask); mask >>= 1) exponent -= 1;
  const mantissa = exponent === 0 ? value >> 4 : value >> (exponent + 3);
  return (sign | (exponent << 4) | (mantissa & 0x0f)) ^ 0x55;
}

const wave = (hz, rate, count) => Array.from({ length: count }, (_, at) => Math.round(9_000 * Math.sin((2 * Math.PI * hz * at) / rate)));

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

/** How much of the power of these samples is at this frequency, 0 to 1 (Goertzel). */
export function shareAt(samples, hz, rate = RATE) {
  const step = (2 * Math.PI * hz) / rate;
  let [re, im, power] = [0, 0, 0];
  samples.forEach((sample, at) => {
    re += sample * Math.cos(step * at);
    im += sample * Math.sin(step * at);
    power += sample * sample;
  });
  return power === 0 ? 0 : (2 * (re * re + im * im)) / (samples.length * power);
}
