// The live socket against a server that drops the line.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { subscribe } from "./live";

class FakeSocket {
  static all: FakeSocket[] = [];
  static readonly OPEN = 1;
  readyState = 0;
  sent: string[] = [];
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  constructor(readonly url: URL) {
    FakeSocket.all.push(this);
  }
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.readyState = 3;
  }
  accept(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  say(message: unknown): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}
const socket = (n: number): FakeSocket => FakeSocket.all[n] as FakeSocket;

describe("the live socket", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    FakeSocket.all = [];
    vi.stubGlobal("WebSocket", FakeSocket);
  });
  afterEach(() => {
    vi.runOnlyPendingTimers();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("names its topics, hands on pictures, and comes back after a loss", () => {
    const heard: unknown[] = [];
    const stop = subscribe("floor.now", (data) => heard.push(data));
    expect(String(socket(0).url)).toMatch(/^ws:.*\/api\/live$/);
    socket(0).accept();
    expect(socket(0).sent).toEqual(['{"watch":["floor.now"]}']);
    socket(0).say({ topic: "floor.now", version: 1, data: 7 });
    socket(0).say({ topic: "other.now", version: 1, data: 8 });
    socket(0).onclose?.();
    vi.advanceTimersByTime(2_000);
    socket(1).accept();
    socket(1).say({ topic: "floor.now", version: 2, data: 9 });
    expect(heard).toEqual([7, 9]);
    stop();
    vi.advanceTimersByTime(1_500);
    expect(socket(1).readyState).toBe(3);
  });

  it("asks when nothing is said, and gives the line up when nothing comes back", () => {
    const stop = subscribe("floor.now", () => undefined);
    socket(0).accept();
    vi.advanceTimersByTime(12_000);
    expect(socket(0).sent).toContain('{"watch":["?"]}');
    vi.advanceTimersByTime(12_000);
    expect(FakeSocket.all.length).toBeGreaterThan(1);
    stop();
    vi.advanceTimersByTime(1_500);
  });
});
