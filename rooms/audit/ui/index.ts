// The journal's manifest for the browser.
import { ScrollText } from "lucide-react";
import type { Room } from "@lib/room";

export const READ = "audit.read";

const room: Room = {
  name: "audit",
  permissions: [READ],
  nav: [{ path: "/audit", icon: ScrollText, label: "nav.audit", group: "look_up", order: 9, permission: READ }],
  routes: [{ path: "audit", page: () => import("./audit-page"), permission: READ }],
};
export default room;
