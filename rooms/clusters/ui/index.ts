// The manifest of clusters for the browser.
import { Radar } from "lucide-react";
import type { Room } from "@lib/room";
import { CONFIGURE, DECIDE, READ } from "./permissions";

const room: Room = {
  name: "clusters",
  permissions: [READ, DECIDE, CONFIGURE],
  nav: [{ path: "/clusters", icon: Radar, label: "nav.clusters", group: "live", order: 7, permission: READ, shells: ["supervisor", "office"] }],
  routes: [
    { path: "clusters", page: () => import("./open-page"), permission: READ },
    { path: "clusters/past", page: () => import("./past-page"), permission: READ },
    { path: "clusters/settings", page: () => import("./settings-page"), permission: CONFIGURE },
    { path: "clusters/:number", page: () => import("./one-page"), permission: READ },
  ],
  slots: { "shell.bar": () => import("./alarm") },
};
export default room;
