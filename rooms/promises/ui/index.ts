// The manifest of promises for the browser.
import { AlarmClock } from "lucide-react";
import type { Room } from "@lib/room";
import { READ } from "./permissions";

const room: Room = {
  name: "promises",
  permissions: [READ],
  nav: [{ path: "/promises", icon: AlarmClock, label: "nav.promises", group: "matters", order: 3, permission: READ, shells: ["supervisor", "office"] }],
  routes: [{ path: "promises", page: () => import("./promises-page"), permission: READ }],
};
export default room;
