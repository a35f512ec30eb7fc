// The live socket against a server that drops the line.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeSocket, fakeSockets } from "../test/socket";
import { subscribe } from "./live";

const socket = (n: number): FakeSocket => FakeSocket.all[n] as FakeSocket;

describe("the live socket", () => {
  fakeSockets();
  beforeEach(() => {
    FakeSocket.all = [];
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.runOnlyPendingTimers();
    vi.useRealTimers();
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
