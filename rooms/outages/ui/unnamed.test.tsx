// Whoever leads sees on every page that nobody has named the company.
import { screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { ME, server, show } from "../../../web/src/test/page";
import Unnamed, { UnnamedNotice } from "./unnamed";

const bar = (permissions: string[], unnamed: boolean) => {
  const asked = server({ "GET /api/me": { ...ME, permissions }, "GET /api/outages/settings": { settings: {}, version: 1, unnamed } });
  show([{ path: "/", element: <><Unnamed /><UnnamedNotice /></> }], "/");
  return asked;
};
afterEach(() => vi.unstubAllGlobals());

it("leads whoever may change it to the setting", async () => {
  bar(["outages.configure"], true);
  expect((await screen.findByText("公司名称未设置")).closest("a")?.getAttribute("href")).toBe("/outages/settings");
  expect(screen.getByText("公司名称未设置，短信署名为“本公司”")).toBeTruthy();
  expect(screen.getByText("去设置").getAttribute("href")).toBe("/outages/settings");
});

it("tells a leader who may not change it who does", async () => {
  bar(["outages.read", "outages.approve"], true);
  expect((await screen.findByText("公司名称未设置")).closest("a")?.getAttribute("href")).toBe("/outages");
  expect(screen.getByText(/请主管或系统管理员/)).toBeTruthy();
});

it("says nothing once it is named", async () => {
  const asked = bar(["outages.configure"], false);
  await waitFor(() => expect(asked.some(({ path }) => path === "/api/outages/settings")).toBe(true));
  expect(screen.queryByText("公司名称未设置")).toBeNull();
});
