import { act, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { loudness } from "./audio";
import { QualityBars, SoftphoneCall, SoftphoneMark } from "./parts";
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

it("shows a call only while there is one", () => {
  const { container, rerender } = render(<SoftphoneCall />);
  expect(container.textContent).toBe("");
  softphone.state = { ...initial, status: "ready", call: { id: "x", direction: "in", state: "ringing", byItself: false, since: null } };
  rerender(<SoftphoneCall key="2" />);
  screen.getByRole("button", { name: "接听" });
  act(() => {
    softphone.state = { ...softphone.state, call: { id: "x", direction: "in", state: "talking", byItself: false, since: 1 } };
  });
  rerender(<SoftphoneCall key="3" />);
  screen.getByRole("button", { name: "静音" });
  screen.getByRole("button", { name: "挂断" });
  expect(screen.getByRole("meter", { name: "麦克风音量" }).getAttribute("aria-valuenow")).toBe("0");
});

it("gives the line a word and figures", () => {
  render(<QualityBars quality={{ lossPercent: 6, jitterMs: 12.4, roundTripMs: null, grade: "poor" }} />);
  screen.getByText("线路较差");
  screen.getByText("丢包 6.0%，抖动 12 毫秒，往返 – 毫秒");
});

it("hears from −60 dB on", () => {
  expect([0, 0.0005, 0.001, 0.0316, 1].map((rms) => Math.round(loudness(rms) * 10))).toEqual([0, 0, 0, 5, 10]);
});
