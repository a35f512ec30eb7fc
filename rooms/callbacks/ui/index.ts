// The manifest of call-backs for the browser.
import { PhoneForwarded } from "lucide-react";
import type { Room } from "@lib/room";
import { CONFIGURE, READ, SEE, WORK } from "./permissions";

const room: Room = {
  name: "callbacks",
  permissions: [WORK, READ, CONFIGURE],
  nav: [{ path: "/callbacks", icon: PhoneForwarded, label: "nav.callbacks", group: "matters", order: 4, permission: SEE, shells: ["desk", "supervisor", "office"] }],
  routes: [
    { path: "callbacks", page: () => import("./callbacks-page"), permission: SEE },
    { path: "callbacks/figures", page: () => import("./figures-page"), permission: READ },
    { path: "callbacks/settings", page: () => import("./settings-page"), permission: CONFIGURE },
    { path: "callbacks/:order", page: () => import("./work-page"), permission: SEE },
  ],
  slots: { "order.parts": [{ title: "of_order.title", order: 20, load: () => import("./order-part") }] },
};
export default room;
