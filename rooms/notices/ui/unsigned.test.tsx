// Whoever may change it sees on every page that text messages go out unsigned.
import { screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { ME, server, show } from "../../../web/src/test/page";
import Unsigned, { UnsignedNotice } from "./unsigned";

const page = (permissions: string[], unsigned: boolean) => {
  const asked = server({ "GET /api/me": { ...ME, permissions }, "GET /api/notices/settings": { settings: {}, version: 1, unsigned } });
  show([{ path: "/", element: <><Unsigned /><UnsignedNotice /></> }], "/");
  return asked;
};
afterEach(() => vi.unstubAllGlobals());

it("leads whoever may change it to the setting", async () => {
  page(["notices.configure"], true);
  expect((await screen.findByText("短信签名未设置")).closest("a")?.getAttribute("href")).toBe("/notices/settings");
  expect(screen.getByText("去设置").getAttribute("href")).toBe("/notices/settings");
});

it("says on the pages of notices to whoever may not change it who does", async () => {
  page(["notices.read"], true);
  expect(await screen.findByText(/请主管或系统管理员/)).toBeTruthy();
  expect(screen.queryByText("短信签名未设置")).toBeNull();
});

it("says nothing once there is one", async () => {
  const asked = page(["notices.configure"], false);
  await waitFor(() => expect(asked.some(({ path }) => path === "/api/notices/settings")).toBe(true));
  expect(screen.queryByText("短信签名未设置")).toBeNull();
});
