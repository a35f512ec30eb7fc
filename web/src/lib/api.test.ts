// A request ends: by its answer, by the caller, or because nothing has come for too long.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { api, Problem } from "./api";

/** A network that takes everything and says nothing. */
let asked: RequestInit[] = [];
beforeEach(() => {
  asked = [];
  vi.useFakeTimers();
  vi.stubGlobal("fetch", (_: string, init: RequestInit) => {
    asked.push(init);
    return new Promise((_done, failed) => init.signal?.addEventListener("abort", () => failed(new DOMException("", "AbortError"))));
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const outcome = (asking: Promise<unknown>) => asking.then(
  () => "answered",
  (error: unknown) => (error instanceof Problem ? error.code : (error as Error).name),
);

it("gives up after half a minute, and later with a file", async () => {
  const [small, file] = [outcome(api.get("/api/me")), outcome(api.upload("POST", "/api/x", new Blob(["a"])))];
  await vi.advanceTimersByTimeAsync(30_000);
  expect(await small).toBe("app.unreachable");
  await vi.advanceTimersByTimeAsync(89_999);
  expect(await Promise.race([file, Promise.resolve("still waiting")])).toBe("still waiting");
  await vi.advanceTimersByTimeAsync(1);
  expect(await file).toBe("app.unreachable");
});

it("ends when the caller does not want it any more", async () => {
  const control = new AbortController();
  const asking = outcome(api.get("/api/me", {}, control.signal));
  control.abort();
  expect(await asking).toBe("AbortError");
});

it("says whose it is where that is asked", () => {
  void outcome(api.post("/api/x", {}, false, "pe_1"));
  void outcome(api.post("/api/x", {}));
  const whose = asked.map(({ headers }) => (headers as Record<string, string>)["x-switchboard-person"]);
  expect(whose).toEqual(["pe_1", undefined]);
});

it.each(["{\"id\":", "<html>Sign in to this hotel's network</html>"])("takes what is no answer of ours for none: %s", async (text) => {
  vi.stubGlobal("fetch", async () => Promise.resolve(new Response(text)));
  expect(await outcome(api.get("/api/me"))).toBe("app.unreachable");
});
