// The product's newer wording of a text that nobody here has changed is taken as a draft with one press.
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { ME, server, show } from "../../../web/src/test/page";
import TemplatesPage from "./templates-page";

const draft = { name: "送电延期", class: "service", urgent: true, subject: "", body: "原定{time}恢复供电，推迟至{new_time}。", fields: [] };
const text = { ...draft, code: "outage_delayed", language: "zh-CN", version: 1, state: "approved", written_by: null, written_at: "2026-01-05T00:00:00Z", reviewed_by: null, reviewed_at: null, revision: 1, allowed: ["retire"], own: false };
const newer = { ...draft, body: "{area}原定{time}恢复供电，推迟至{new_time}。" };
const page = (permissions: string[], one: unknown) => {
  const asked = server({ "GET /api/me": { ...ME, permissions }, "GET /api/people/directory": [], "GET /api/notices/templates": [one], "POST /api/notices/templates/outage_delayed/zh-CN/house": text });
  show([{ path: "/", element: <TemplatesPage /> }], "/");
  return asked;
};
afterEach(() => vi.unstubAllGlobals());

it("takes it", async () => {
  const asked = page(["notices.read", "notices.write_templates"], { ...text, newer });
  expect(await screen.findByText("1 个文本有产品的新文字")).toBeTruthy();
  fireEvent.click(await screen.findByText("取为草稿"));
  await waitFor(() => expect(asked.filter(({ method }) => method === "POST").map(({ body }) => body)).toEqual([{ version: 1, revision: 1 }]));
});

it("only says so to whoever does not write texts", async () => {
  page(["notices.read"], { ...text, newer });
  expect(await screen.findByText("有新文字")).toBeTruthy();
  expect(screen.queryByText("取为草稿")).toBeNull();
});

it("is silent where there is nothing new", async () => {
  page(["notices.read", "notices.write_templates"], { ...text, newer: null });
  expect(await screen.findByText("送电延期")).toBeTruthy();
  expect(screen.queryByText("有新文字")).toBeNull();
});
