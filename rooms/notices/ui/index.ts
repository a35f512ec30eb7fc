// The manifest of notices for the browser.
import { MessageSquareText } from "lucide-react";
import type { Room } from "@lib/room";
import { APPROVE, CONFIGURE, READ, SEND, SETTINGS_READERS, TEMPLATE_READERS, WRITE_TEMPLATES } from "./permissions";

const room: Room = {
  name: "notices",
  permissions: [READ, SEND, WRITE_TEMPLATES, APPROVE, CONFIGURE],
  nav: [{ path: "/notices", icon: MessageSquareText, label: "nav.notices", group: "look_up", order: 6, permission: READ, shells: ["supervisor", "office"] }],
  routes: [
    { path: "notices", page: () => import("./notices-page"), permission: READ },
    { path: "notices/templates", page: () => import("./templates-page"), permission: TEMPLATE_READERS },
    { path: "notices/settings", page: () => import("./settings-page"), permission: SETTINGS_READERS },
  ],
};
export default room;
