// How good the line is, from what the browser counts. Pure: the same two readings give the same figures.

export type Grade = "good" | "fair" | "poor";
export interface Quality {
  /** Of a hundred packets of the other side, over the last seconds. */
  lossPercent: number;
  jitterMs: number;
  /** Null until the server has reported. */
  roundTripMs: number | null;
  grade: Grade;
}

/** One reading of `RTCPeerConnection.getStats()`. */
export interface Reading {
  received: number;
  lost: number;
  jitterS: number;
  roundTripS: number | null;
}

interface Stat {
  type: string;
  kind?: string;
  packetsReceived?: number;
  packetsLost?: number;
  jitter?: number;
  roundTripTime?: number;
  currentRoundTripTime?: number;
  nominated?: boolean;
}

export function read(stats: Iterable<Stat>): Reading {
  const reading: Reading = { received: 0, lost: 0, jitterS: 0, roundTripS: null };
  for (const stat of stats) {
    if (stat.type === "inbound-rtp" && stat.kind === "audio") {
      reading.received = stat.packetsReceived ?? 0;
      reading.lost = stat.packetsLost ?? 0;
      reading.jitterS = stat.jitter ?? 0;
    } else if (stat.type === "candidate-pair" && stat.nominated && stat.currentRoundTripTime !== undefined) {
      reading.roundTripS = stat.currentRoundTripTime;
    }
  }
  return reading;
}

/** Where talking becomes tiring, and where it becomes hard (ITU-T G.114 for delay; loss and jitter as voice engineers put them). */
export function grade(loss: number, jitterMs: number, roundTripMs: number | null): Grade {
  const trip = roundTripMs ?? 0;
  if (loss > 5 || jitterMs > 60 || trip > 500) return "poor";
  if (loss > 1 || jitterMs > 30 || trip > 250) return "fair";
  return "good";
}

export function between(before: Reading, now: Reading): Quality {
  const lost = Math.max(0, now.lost - before.lost);
  const all = lost + Math.max(0, now.received - before.received);
  const lossPercent = all > 0 ? (100 * lost) / all : 0;
  const jitterMs = now.jitterS * 1_000;
  const roundTripMs = now.roundTripS === null ? null : now.roundTripS * 1_000;
  return { lossPercent, jitterMs, roundTripMs, grade: grade(lossPercent, jitterMs, roundTripMs) };
}

/** The description with Opus in front: it lives with loss that makes G.711 crackle. */
export function preferOpus(sdp: string): string {
  const opus = /a=rtpmap:(\d+) opus\/48000/i.exec(sdp)?.[1];
  if (!opus) return sdp;
  return sdp.replace(/^(m=audio \S+ \S+) (.*)$/m, (_, head: string, types: string) => {
    const rest = types.trim().split(" ").filter((type) => type !== opus);
    return [head, opus, ...rest].join(" ");
  });
}
