// The manifest of interactions for the browser.
import { ClipboardList, ListTree } from "lucide-react";
import type { Room } from "@lib/room";
import { AMEND, CONFIGURE, READ, RELEASE } from "./permissions";

const room: Room = {
  name: "interactions",
  permissions: [...READ, AMEND, RELEASE, CONFIGURE],
  nav: [
    { path: "/interactions", icon: ClipboardList, label: "nav.interactions", group: "look_up", order: 2, permission: READ, shells: ["desk", "supervisor", "office"] },
    { path: "/interactions/reasons", icon: ListTree, label: "nav.reasons", group: "set_up", order: 3, permission: CONFIGURE },
  ],
  routes: [
    { path: "interactions", page: () => import("./interactions-page"), permission: READ },
    { path: "interactions/reasons", page: () => import("./reasons-page"), permission: CONFIGURE },
    { path: "interactions/reasons/phrases", page: () => import("./phrases-page"), permission: CONFIGURE },
  ],
  slots: {
    "desk.record": () => import("./desk/record"),
    "desk.assist": [
      { title: "desk.script", order: 10, load: () => import("./desk/script") },
      { title: "desk.history", order: 90, load: () => import("./desk/history") },
    ],
    "call.parts": () => import("./call-part"),
  },
};
export default room;
