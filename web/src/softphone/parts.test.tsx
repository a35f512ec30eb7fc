import { render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { loudness } from "./audio";
import { QualityBars, SoftphoneMark } from "./parts";
import { softphone } from "./phone";

const initial = softphone.state;
afterEach(() => {
  softphone.state = initial;
});

it("says what is wrong in words, and offers the way out", () => {
  softphone.state = { ...initial, status: "elsewhere" };
  render(<SoftphoneMark />);
  expect(screen.getByRole("status").textContent).toContain("软电话在另一窗口");
  screen.getByRole("button", { name: "移到这里" });
});

it("gives the line a word and figures", () => {
  render(<QualityBars quality={{ lossPercent: 6, jitterMs: 12.4, roundTripMs: null, grade: "poor" }} />);
  screen.getByText("线路较差");
  screen.getByText("丢包 6.0%，抖动 12 毫秒，往返 – 毫秒");
});

it("hears from −60 dB on", () => {
  expect([0, 0.0005, 0.001, 0.0316, 1].map((rms) => Math.round(loudness(rms) * 10))).toEqual([0, 0, 0, 5, 10]);
});
