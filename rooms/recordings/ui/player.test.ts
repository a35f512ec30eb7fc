// Where the music was: holds from the marks of a recording.
import { expect, it } from "vitest";
import { holds } from "./player";

const mark = (kind: string, offset_ms: number) => ({ kind, offset_ms });

it("pairs the beginning of a hold with its end, in any order", () => {
  expect(holds([mark("hold_ended", 9_000), mark("agent_joined", 1_000), mark("hold_started", 4_000)], 60_000)).toEqual([[4_000, 9_000]]);
});

it("lets a hold without an end reach to the end of the recording", () => {
  expect(holds([mark("hold_started", 50_000)], 60_000)).toEqual([[50_000, 60_000]]);
});

it("ignores an end without a beginning", () => {
  expect(holds([mark("hold_ended", 5_000)], 60_000)).toEqual([]);
});
