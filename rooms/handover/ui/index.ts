// The manifest of handovers for the browser.
import { ArrowLeftRight, Users } from "lucide-react";
import type { Room } from "@lib/room";
import { ATTEND, CONFIGURE, LOG, MEET, READ, SEE, SIGN } from "./permissions";

const room: Room = {
  name: "handover",
  permissions: [READ, SIGN, LOG, CONFIGURE, ATTEND],
  nav: [
    { path: "/handover", icon: ArrowLeftRight, label: "nav.handover", group: "live", order: 5, permission: SEE, shells: ["supervisor"] },
    { path: "/handover/meeting", icon: Users, label: "nav.meeting", group: "live", order: 10, permission: ATTEND, shells: ["desk", "supervisor"] },
  ],
  routes: [
    { path: "handover", page: () => import("./now-page"), permission: SEE },
    { path: "handover/records", page: () => import("./records-page"), permission: SEE },
    { path: "handover/log", page: () => import("./log-page"), permission: SEE },
    { path: "handover/meeting", page: () => import("./meeting-page"), permission: MEET },
    { path: "handover/settings", page: () => import("./settings-page"), permission: CONFIGURE },
    { path: "handover/:id", page: () => import("./record-page"), permission: SEE },
  ],
  slots: { "shell.bar": () => import("./alarm") },
};
export default room;
