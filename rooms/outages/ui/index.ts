// The manifest of outages for the browser.
import { ZapOff } from "lucide-react";
import type { Room } from "@lib/room";
import { APPROVE, CONFIGURE, EXPORT, HEARD, LIAISONS, READ, TELL, WRITE } from "./permissions";

const room: Room = {
  name: "outages",
  permissions: [READ, WRITE, APPROVE, TELL, LIAISONS, CONFIGURE, EXPORT, HEARD],
  nav: [{ path: "/outages", icon: ZapOff, label: "nav.outages", group: "live", order: 6, permission: READ, shells: ["desk", "supervisor", "office"] }],
  routes: [
    { path: "outages", page: () => import("./outages-page"), permission: READ },
    { path: "outages/new", page: () => import("./new-page"), permission: WRITE },
    { path: "outages/calls", page: () => import("./calls-page"), permission: READ },
    { path: "outages/liaisons", page: () => import("./liaisons-page"), permission: [READ, LIAISONS] },
    { path: "outages/figures", page: () => import("./figures-page"), permission: READ },
    { path: "outages/heard", page: () => import("./heard-page"), permission: HEARD },
    { path: "outages/settings", page: () => import("./settings-page"), permission: CONFIGURE },
    { path: "outages/:id/paper", page: () => import("./paper-page"), permission: EXPORT },
    { path: "outages/:id", page: () => import("./outage-page"), permission: READ },
  ],
  slots: {
    "shell.bar": () => import("./unnamed"),
    "network.element": () => import("./element-part"),
    "order.filing": () => import("./filing-part"),
    "desk.customer": () => import("./desk-part"),
    "desk.assist": [{ title: "desk.tab", order: 40, load: () => import("./desk-tab") }],
  },
};
export default room;
