// The floor's manifest for the browser.
import { MonitorDot } from "lucide-react";
import type { Room } from "@lib/room";
import { WATCH, DIRECT } from "./permissions";

const room: Room = {
  name: "floor",
  permissions: [WATCH, DIRECT],
  nav: [{ path: "/floor", icon: MonitorDot, label: "nav.floor", group: "live", order: 1, permission: WATCH }],
  routes: [{ path: "floor", page: () => import("./floor-page"), permission: WATCH }],
};
export default room;
