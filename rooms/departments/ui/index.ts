// The departments' manifest for the browser.
import { CalendarClock, Network } from "lucide-react";
import type { Room } from "@lib/room";
import { CONFIGURE, READ, ROSTER } from "./permissions";

const room: Room = {
  name: "departments",
  permissions: [READ, CONFIGURE, ROSTER],
  nav: [
    { path: "/departments/duty", icon: CalendarClock, label: "nav.duty", group: "look_up", order: 6, permission: READ, shells: ["supervisor", "office"] },
    { path: "/departments", icon: Network, label: "nav.units", group: "set_up", order: 2, permission: [CONFIGURE, ROSTER] },
  ],
  routes: [
    { path: "departments", page: () => import("./units-page"), permission: READ },
    { path: "departments/duty", page: () => import("./duty-page"), permission: READ },
    { path: "departments/matters", page: () => import("./matters-page"), permission: CONFIGURE },
  ],
};
export default room;
