// Where the stretches of a call are drawn.
import { describe, expect, it } from "vitest";
import type { Segment } from "./api";
import { draw } from "./timeline";

const T0 = Date.parse("2026-01-05T08:00:00Z");
const at = (s: number) => new Date(T0 + s * 1000).toISOString();
const part = (kind: Segment["kind"], from: number, until: number | null): Segment => ({ kind, at: at(from), until: until === null ? null : at(until), agent: null, queue: null, flow: null, detail: null });

describe("a call's timeline", () => {
  it("lies ringing inside the queue and holding inside the talk", () => {
    const { drawn } = draw({ at: at(0), ended: at(100), segments: [part("menu", 0, 10), part("queue", 10, 20), part("ring", 15, 20), part("talk", 20, 100), part("hold", 40, 60)] }, T0);
    expect(drawn.map((d) => [d.segment.kind, d.lane, d.left, d.width])).toEqual([
      ["menu", 0, 0, 0.1],
      ["queue", 0, 0.1, 0.1],
      ["ring", 1, 0.15, 0.05],
      ["talk", 0, 0.2, 0.8],
      ["hold", 1, 0.4, 0.2],
    ]);
  });

  it("reaches until now while the call goes on", () => {
    const { drawn, until } = draw({ at: at(0), ended: null, segments: [part("queue", 0, null)] }, T0 + 30_000);
    expect([until - T0, drawn[0]?.width]).toEqual([30_000, 1]);
  });

  it("never divides by nothing", () => {
    const { drawn } = draw({ at: at(0), ended: at(0), segments: [part("menu", 0, 0)] }, T0);
    expect(drawn[0]).toMatchObject({ left: 0, width: 0 });
  });
});
