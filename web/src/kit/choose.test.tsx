// One of a few, by mouse and by keyboard.
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { Choose } from "./choose";

const items = [
  { key: "answered", label: "当场答复", barred: "请选“待回电”" },
  { key: "order", label: "需转工单" },
  { key: "call_back", label: "待回电" },
];

it("is one stop of the Tab key, and the arrows go round in it", async () => {
  const onChoose = vi.fn();
  render(<Choose label="结果" items={items} value="order" onChoose={onChoose} />);
  const user = userEvent.setup();
  await user.tab();
  expect(document.activeElement?.textContent).toBe("需转工单");
  await user.keyboard("{ArrowRight}{Enter}");
  expect(onChoose).toHaveBeenLastCalledWith("call_back");
  await user.keyboard("{ArrowRight}");
  expect(document.activeElement?.textContent).toBe("当场答复");
  await user.tab();
  expect(document.activeElement).toBe(document.body);
});

it("says why something cannot be chosen, and does not choose it", async () => {
  const onChoose = vi.fn();
  render(<Choose label="结果" items={items} value={null} onChoose={onChoose} />);
  const barred = screen.getByRole("button", { name: "当场答复" });
  expect(barred.title).toBe("请选“待回电”");
  await userEvent.click(barred);
  expect(onChoose).not.toHaveBeenCalled();
});
