// The manifest of complaints for the browser.
import { Scale } from "lucide-react";
import type { Room } from "@lib/room";
import { COMMITTEE, CONFIGURE, CONFIRM, LEAD, RAISE, READ, SEE } from "./permissions";

const room: Room = {
  name: "complaints",
  permissions: [RAISE, LEAD, READ, COMMITTEE, CONFIRM, CONFIGURE],
  nav: [{ path: "/complaints", icon: Scale, label: "nav.complaints", group: "matters", order: 5, permission: SEE, shells: ["supervisor", "office"] }],
  routes: [
    { path: "complaints", page: () => import("./cases-page"), permission: SEE },
    { path: "complaints/findings", page: () => import("./findings-page"), permission: READ },
    { path: "complaints/findings/:id", page: () => import("./finding-page"), permission: READ },
    { path: "complaints/figures", page: () => import("./figures-page"), permission: READ },
    { path: "complaints/settings", page: () => import("./settings-page"), permission: CONFIGURE },
    { path: "complaints/:order", page: () => import("./case-page"), permission: SEE },
  ],
  slots: {
    "order.parts": () => import("./order-part"),
    "desk.assist": [{ title: "desk.tab", order: 70, load: () => import("./desk/assist") }],
  },
};
export default room;
