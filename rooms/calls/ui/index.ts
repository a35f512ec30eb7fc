// The calls' manifest for the browser.
import { Coffee, Headset, Network, PhoneCall, PhoneOutgoing } from "lucide-react";
import type { Room } from "@lib/room";
import { READ, ANSWER, CALL_BACK, CONFIGURE, REASONS } from "./permissions";

const room: Room = {
  name: "calls",
  permissions: [...READ, ANSWER, CALL_BACK, CONFIGURE, REASONS],
  nav: [
    { path: "/calls/desk", icon: Headset, label: "nav.desk", group: "live", order: 0, permission: ANSWER, shells: ["desk"] },
    { path: "/calls", icon: PhoneCall, label: "nav.calls", group: "look_up", order: 1, permission: READ, shells: ["desk", "supervisor", "office"] },
    { path: "/calls/owed", icon: PhoneOutgoing, label: "nav.owed", group: "live", order: 2, permission: CALL_BACK, shells: ["desk", "supervisor"] },
    { path: "/calls/queues", icon: Network, label: "nav.lines", group: "set_up", order: 0, permission: CONFIGURE },
    { path: "/calls/reasons", icon: Coffee, label: "nav.reasons", group: "set_up", order: 1, permission: REASONS },
  ],
  routes: [
    { path: "calls", page: () => import("./calls-page"), permission: READ },
    { path: "calls/desk", page: () => import("./desk/page"), permission: ANSWER },
    { path: "calls/owed", page: () => import("./owed-page"), permission: CALL_BACK },
    { path: "calls/queues", page: () => import("./lines/queues-page"), permission: CONFIGURE },
    { path: "calls/trunks", page: () => import("./lines/trunks-page"), permission: CONFIGURE },
    { path: "calls/dial_rules", page: () => import("./lines/dial-rules-page"), permission: CONFIGURE },
    { path: "calls/reasons", page: () => import("./reasons-page"), permission: REASONS },
    { path: "calls/:id", page: () => import("./call-page"), permission: READ },
  ],
  slots: { "shell.bar": () => import("./desk/bar") },
};
export default room;
