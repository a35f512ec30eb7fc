// The floor's manifest for the browser.
import { MonitorDot } from "lucide-react";
import type { Room } from "@lib/room";

export const READ = "floor.read";
export const SIMULATE = "floor.simulate";

const room: Room = {
  name: "floor",
  permissions: [READ, SIMULATE],
  nav: [{ path: "/floor", icon: MonitorDot, label: "nav.floor", group: "live", order: 1, permission: READ }],
  routes: [{ path: "floor", page: () => import("./floor-page"), permission: READ }],
};
export default room;
