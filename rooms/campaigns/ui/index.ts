// The manifest of campaigns for the browser.
import { PhoneOutgoing } from "lucide-react";
import type { Room } from "@lib/room";
import { APPROVE, CONFIGURE, PREPARE, READ, RUN } from "./permissions";

const room: Room = {
  name: "campaigns",
  permissions: [READ, PREPARE, APPROVE, RUN, CONFIGURE],
  nav: [{ path: "/campaigns", icon: PhoneOutgoing, label: "nav.campaigns", group: "look_up", order: 5, permission: READ, shells: ["supervisor", "office"] }],
  routes: [
    { path: "campaigns", page: () => import("./campaigns-page"), permission: READ },
    { path: "campaigns/settings", page: () => import("./settings-page"), permission: CONFIGURE },
    { path: "campaigns/:id", page: () => import("./campaign-page"), permission: READ },
  ],
};
export default room;
