import { expect, it } from "vitest";
import { between, grade, preferOpus, read } from "./quality";

it("grades a line by what tires the ear first", () => {
  const check = (loss: number, jitter: number, trip: number | null) => grade(loss, jitter, trip);
  expect(check(0, 5, 40)).toBe("good");
  expect(check(0, 5, null)).toBe("good");
  expect(check(2, 5, 40)).toBe("fair");
  expect(check(0, 45, 40)).toBe("fair");
  expect(check(0, 5, 300)).toBe("fair");
  expect(check(8, 5, 40)).toBe("poor");
  expect(check(0, 5, 900)).toBe("poor");
});

it("counts the loss of the last seconds, not of the whole call", () => {
  const before = { received: 10_000, lost: 500, jitterS: 0.01, roundTripS: null };
  const now = { received: 10_190, lost: 510, jitterS: 0.02, roundTripS: 0.05 };
  expect(between(before, now)).toEqual({ lossPercent: 5, jitterMs: 20, roundTripMs: 50, grade: "fair" });
  expect(between(now, now).lossPercent).toBe(0);
});

it("reads the browser's figures", () => {
  const stats = [
    { type: "inbound-rtp", kind: "video", packetsReceived: 9 },
    { type: "inbound-rtp", kind: "audio", packetsReceived: 100, packetsLost: 3, jitter: 0.004 },
    { type: "candidate-pair", currentRoundTripTime: 9 },
    { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.02 },
  ];
  expect(read(stats)).toEqual({ received: 100, lost: 3, jitterS: 0.004, roundTripS: 0.02 });
});

it("puts Opus first, if there is any", () => {
  const sdp = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 8 111 101\r\na=rtpmap:111 opus/48000/2\r\n";
  expect(preferOpus(sdp)).toContain("m=audio 9 UDP/TLS/RTP/SAVPF 111 8 101\r\n");
  expect(preferOpus("m=audio 9 RTP/AVP 8\r\n")).toBe("m=audio 9 RTP/AVP 8\r\n");
});
