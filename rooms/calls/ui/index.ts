// The calls' manifest for the browser.
import { PhoneCall } from "lucide-react";
import type { Room } from "@lib/room";

export const READ = "calls.read";

const room: Room = {
  name: "calls",
  permissions: [READ],
  nav: [{ path: "/calls", icon: PhoneCall, label: "nav.calls", group: "look_up", order: 1, permission: READ }],
  routes: [
    { path: "calls", page: () => import("./calls-page"), permission: READ },
    { path: "calls/:id", page: () => import("./call-page"), permission: READ },
  ],
};
export default room;
