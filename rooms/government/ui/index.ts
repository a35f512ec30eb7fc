// The manifest of 12345 for the browser.
import { Landmark } from "lucide-react";
import type { Room } from "@lib/room";
import { CONFIGURE, HANDLE, READ, SEE } from "./permissions";

const room: Room = {
  name: "government",
  permissions: [READ, HANDLE, CONFIGURE],
  nav: [{ path: "/government", icon: Landmark, label: "nav.government", group: "matters", order: 6, permission: SEE, shells: ["desk", "supervisor", "office"] }],
  routes: [
    { path: "government", page: () => import("./tickets-page"), permission: SEE },
    { path: "government/platforms", page: () => import("./platforms-page"), permission: SEE },
    { path: "government/tickets/:id", page: () => import("./ticket-page"), permission: SEE },
  ],
  slots: { "order.parts": [{ title: "of_order.title", order: 5, load: () => import("./order-part") }] },
};
export default room;
