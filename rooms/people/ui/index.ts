// The people's manifest for the browser.
import { UsersRound } from "lucide-react";
import type { Room } from "@lib/room";
import { READ, MANAGE, ASSIGN } from "./permissions";

const room: Room = {
  name: "people",
  permissions: [READ, MANAGE, ASSIGN],
  nav: [{ path: "/people", icon: UsersRound, label: "nav.people", group: "set_up", order: 2, permission: READ }],
  routes: [
    { path: "people", page: () => import("./people-page"), permission: READ },
    { path: "people/groups", page: () => import("./groups-page"), permission: READ },
    { path: "people/roles", page: () => import("./roles-page"), permission: READ },
  ],
  slots: { "account.parts": () => import("./second-factor") },
};
export default room;
