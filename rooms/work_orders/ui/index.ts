// The manifest of work orders for the browser.
import { ClipboardCheck } from "lucide-react";
import type { Room } from "@lib/room";
import { CONFIGURE, FILE, HANDLE, READ, UNMASK } from "./permissions";

const room: Room = {
  name: "work_orders",
  permissions: [FILE, READ, HANDLE, UNMASK, CONFIGURE],
  nav: [{ path: "/field", icon: ClipboardCheck, label: "field.nav", group: "live", order: 90, permission: HANDLE, shells: ["field"] }],
  routes: [
    { path: "field", page: () => import("./field/list-page"), permission: HANDLE },
    { path: "field/waiting", page: () => import("./field/waiting-page"), permission: HANDLE },
    { path: "field/:id", page: () => import("./field/order-page"), permission: HANDLE },
    { path: "field/:id/:act", page: () => import("./field/act-page"), permission: HANDLE },
  ],
  slots: { "field.bar": () => import("./field/bar") },
};
export default room;
