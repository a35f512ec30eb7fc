// The manifest of work orders for the browser: the desk's and the office's pages, and the field's on a telephone.
import { BellRing, ClipboardCheck, ClipboardList } from "lucide-react";
import type { Room } from "@lib/room";
import { CONFIGURE, FILE, HANDLE, READ, SEE, UNMASK } from "./permissions";

const room: Room = {
  name: "work_orders",
  permissions: [FILE, READ, HANDLE, UNMASK, CONFIGURE],
  nav: [
    { path: "/work_orders", icon: ClipboardCheck, label: "nav.orders", group: "matters", order: 1, permission: SEE, shells: ["desk", "supervisor", "office"] },
    { path: "/work_orders/urges", icon: BellRing, label: "nav.urges", group: "matters", order: 2, permission: [READ, HANDLE], shells: ["supervisor", "office"] },
    { path: "/work_orders/settings", icon: ClipboardList, label: "nav.settings", group: "set_up", order: 3, permission: CONFIGURE },
    { path: "/field", icon: ClipboardCheck, label: "field.nav", group: "live", order: 90, permission: HANDLE, shells: ["field"] },
  ],
  routes: [
    { path: "work_orders", page: () => import("./orders-page"), permission: SEE },
    { path: "work_orders/urges", page: () => import("./urges-page"), permission: [READ, HANDLE] },
    { path: "work_orders/settings", page: () => import("./settings/settings-page"), permission: CONFIGURE },
    { path: "work_orders/:id", page: () => import("./order-page"), permission: SEE },
    { path: "field", page: () => import("./field/list-page"), permission: HANDLE },
    { path: "field/waiting", page: () => import("./field/waiting-page"), permission: HANDLE },
    { path: "field/:id", page: () => import("./field/order-page"), permission: HANDLE },
    { path: "field/:id/:act", page: () => import("./field/act-page"), permission: HANDLE },
  ],
  slots: {
    "shell.bar": () => import("./alarm"),
    "interactions.order": () => import("./desk/order-button"),
    "call.parts": () => import("./desk/call-part"),
    "customer.parts": () => import("./desk/customer-part"),
    "desk.ring": () => import("./desk/ring"),
    "desk.assist": [{ title: "desk.tab", order: 40, load: () => import("./desk/assist") }],
    "field.bar": () => import("./field/bar"),
  },
};
export default room;
