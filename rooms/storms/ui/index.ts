// The manifest of storm mode for the browser.
import { CloudLightning } from "lucide-react";
import type { Room } from "@lib/room";
import { CONFIGURE, READ, SEE, SWITCH } from "./permissions";

const room: Room = {
  name: "storms",
  permissions: [SEE, READ, SWITCH, CONFIGURE],
  nav: [{ path: "/storms", icon: CloudLightning, label: "nav.storms", group: "live", order: 5, permission: READ, shells: ["supervisor"] }],
  routes: [
    { path: "storms", page: () => import("./now-page"), permission: READ },
    { path: "storms/past", page: () => import("./past-page"), permission: READ },
    { path: "storms/settings", page: () => import("./settings-page"), permission: CONFIGURE },
    { path: "storms/:id", page: () => import("./report-page"), permission: READ },
  ],
  slots: { "shell.bar": () => import("./mark") },
};
export default room;
