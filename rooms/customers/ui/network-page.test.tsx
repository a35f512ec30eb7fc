// The network is a tree that is found by code, and an element that supplies somebody does not go without a successor.
import { fireEvent, screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { startI18n } from "@lib/i18n";
import { ME, server, show } from "../../../web/src/test/page";
import ElementPage from "./element-page";
import { kindsBelow } from "./network";
import NetworkPage from "./network-page";

const me = { ...ME, permissions: ["customers.read", "customers.network"] };
const LINE = { id: "el_1", kind: "line", code: "XL-1", name: "淮河线", parent: null, retired_at: null, version: 1 };

describe("the supply network", () => {
  it("teaches when it is empty, and shows what is there", async () => {
    await startI18n();
    server({ "GET /api/me": me, "GET /api/customers/network": { items: [] } });
    show([{ path: "/", element: <NetworkPage /> }], "/");
    expect(await screen.findByText("还没有供应网络")).toBeTruthy();
  });

  it("shows an element with its way, and asks for a successor before it goes", async () => {
    await startI18n();
    const view = { ...LINE, retired_why: null, path: [{ ...LINE, id: "el_0", name: "城东变电站", kind: "substation" }, LINE], elements: 2, points: 0, below: { all: 321, important: 1, life_support: 0, elderly: 7, elements: 2 }, allowed: ["change", "move", "retire", "add"], history: [] };
    server({ "GET /api/me": me, "GET /api/customers/network/el_1": view, "GET /api/customers/network": { items: [] }, "GET /api/customers/network/el_1/customers": { items: [] }, "GET /api/people/directory": [] });
    show([{ path: "/customers/network/:id", element: <ElementPage /> }], "/customers/network/el_1");
    expect(await screen.findByText("城东变电站")).toBeTruthy();
    expect(screen.getByText("321")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "更多操作" }));
    fireEvent.click(await screen.findByText("停用"));
    const dialog = await screen.findByRole("dialog");
    expect(within(dialog).getByText(/2 个设备、0 户/)).toBeTruthy();
    expect(within(dialog).getByRole<HTMLButtonElement>("button", { name: "停用" }).disabled).toBe(true);
  });

  it("offers only what fits", () => {
    expect(kindsBelow("line")).toEqual(["line", "transformer"]);
    expect(kindsBelow(null)).toEqual(["substation", "pressure_station", "headend"]);
    expect(kindsBelow("riser")).toEqual([]);
  });
});
