// The manifest of statistics for the browser.
import { ChartNoAxesColumn } from "lucide-react";
import type { Room } from "@lib/room";
import { EXPORT, READ } from "./permissions";

const room: Room = {
  name: "statistics",
  permissions: [READ, EXPORT],
  nav: [{ path: "/statistics", icon: ChartNoAxesColumn, label: "nav.statistics", group: "look_up", order: 9, permission: READ }],
  routes: [{ path: "statistics", page: () => import("./statistics-page"), permission: READ }],
};
export default room;
