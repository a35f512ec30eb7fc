// Who stands first in the seat grid and in the list of calls.
import { describe, expect, it } from "vitest";
import type { Agent, LiveCall } from "./api";
import { byNeed, byUrgency, need, stageOf } from "./order";

const NOW = Date.parse("2026-01-05T08:10:00Z");
const at = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();
function agent(number: string, change: Partial<Agent> = {}): Agent {
  return { id: `pe_${number}`, number, name: number, state: "ready", reason: null, since: at(-60), over_limit: false, soft: null, hard: null, call: null, caller: null, queue: null, phone_reachable: true, ...change };
}
const order = (...agents: Agent[]) => byNeed(agents, NOW).map((a) => a.number);

describe("the seat grid", () => {
  it("puts those first who need help", () => {
    expect(
      order(
        agent("1001"),
        agent("1002", { state: "after_call", soft: at(-5), hard: at(115) }),
        agent("1003", { state: "not_ready", reason: "missed" }),
        agent("1004", { phone_reachable: false }),
        agent("1005", { state: "after_call", soft: at(-125), hard: at(-5) }),
      ),
    ).toEqual(["1004", "1003", "1005", "1002", "1001"]);
  });

  it("then holds, after-call work, not ready, talking, ready; the longest first", () => {
    expect(
      order(
        agent("1", { state: "signed_out", phone_reachable: false }),
        agent("2", { since: at(-10) }),
        agent("3", { since: at(-90) }),
        agent("4", { state: "talking" }),
        agent("5", { state: "holding" }),
        agent("6", { state: "after_call", soft: at(30), hard: at(90) }),
        agent("7", { state: "not_ready", reason: "break" }),
      ),
    ).toEqual(["5", "6", "7", "4", "3", "2", "1"]);
  });

  it("does not ask for help for somebody who has gone home", () => {
    expect(need(agent("1", { state: "signed_out", phone_reachable: false }), NOW)).toBeNull();
  });

  it("sorts two thousand seats well within a frame", () => {
    const many = Array.from({ length: 2000 }, (_, i) => agent(String(i), { since: at(-(i * 7919) % 4000), state: (["ready", "talking", "holding"] as const)[i % 3] ?? "ready" }));
    const start = performance.now();
    expect(byNeed(many, NOW)).toHaveLength(2000);
    expect(performance.now() - start).toBeLessThan(200);
  });
});

describe("the calls", () => {
  const call = (id: string, state: LiveCall["state"], seconds: number): LiveCall => ({ id, direction: "in", from: "138****5678", to: "95598", state, since: at(-seconds), queue: null, agent: null });
  it("begin with who has waited longest", () => {
    expect(byUrgency([call("a", "talking", 300), call("b", "waiting", 20), call("c", "waiting", 90), call("d", "in_flow", 5)]).map((c) => c.id)).toEqual(["c", "b", "d", "a"]);
  });
  it("count holding and announcing as talking", () => {
    expect([stageOf(call("a", "holding", 1)), stageOf(call("b", "announcing", 1)), stageOf(call("c", "rating", 1))]).toEqual(["talking", "talking", "after"]);
  });
});
