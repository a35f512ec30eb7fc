// The manifest of escalations for the browser.
import { Siren } from "lucide-react";
import type { Room } from "@lib/room";
import { ANSWER, CONFIGURE, MANAGE, RAISE, READ, SEE } from "./permissions";

const room: Room = {
  name: "escalations",
  permissions: [RAISE, ANSWER, READ, MANAGE, CONFIGURE],
  nav: [{ path: "/escalations", icon: Siren, label: "nav.escalations", group: "matters", order: 7, permission: [ANSWER, READ], shells: ["supervisor", "office"] }],
  routes: [
    { path: "escalations", page: () => import("./open-page"), permission: SEE },
    { path: "escalations/past", page: () => import("./past-page"), permission: SEE },
    { path: "escalations/settings", page: () => import("./settings-page"), permission: CONFIGURE },
    { path: "escalations/:id", page: () => import("./one-page"), permission: SEE },
  ],
  slots: {
    "shell.bar": () => import("./alarm"),
    "order.parts": () => import("./order-part"),
    "desk.assist": [{ title: "desk.tab", order: 80, load: () => import("./desk/assist") }],
  },
};
export default room;
