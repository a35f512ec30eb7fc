// The file the server is given.
import { expect, test } from "vitest";
import { wavOf } from "./wav";

test("samples become 16-bit PCM, and what is too loud is cut", () => {
  const view = new DataView(wavOf(new Float32Array([0, 0.5, -1, 7]), 16_000));
  const text = (at: number, length: number) => String.fromCharCode(...Array.from({ length }, (_, i) => view.getUint8(at + i)));
  expect([text(0, 4), text(8, 8), text(36, 4)]).toEqual(["RIFF", "WAVEfmt ", "data"]);
  expect([view.getUint32(4, true), view.getUint32(24, true), view.getUint32(40, true)]).toEqual([44, 16_000, 8]);
  expect([0, 1, 2, 3].map((i) => view.getInt16(44 + i * 2, true))).toEqual([0, 16_384, -32_767, 32_767]);
});
