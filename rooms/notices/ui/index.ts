// The manifest of notices for the browser.
import { Megaphone, MessageSquareText } from "lucide-react";
import type { Room } from "@lib/room";
import { APPROVE, BULLETINS, CONFIGURE, READ, READ_BULLETINS, SEND, SETTINGS_READERS, TEMPLATE_READERS, WRITE_TEMPLATES } from "./permissions";

const room: Room = {
  name: "notices",
  permissions: [READ, SEND, WRITE_TEMPLATES, APPROVE, CONFIGURE, READ_BULLETINS, BULLETINS],
  nav: [
    { path: "/notices", icon: MessageSquareText, label: "nav.notices", group: "look_up", order: 6, permission: READ, shells: ["supervisor", "office"] },
    { path: "/notices/bulletins", icon: Megaphone, label: "nav.bulletins", group: "live", order: 9, permission: READ_BULLETINS, shells: ["desk", "supervisor", "office"] },
  ],
  routes: [
    { path: "notices", page: () => import("./notices-page"), permission: READ },
    { path: "notices/replies", page: () => import("./replies-page"), permission: READ },
    { path: "notices/templates", page: () => import("./templates-page"), permission: TEMPLATE_READERS },
    { path: "notices/bulletins", page: () => import("./bulletins-page"), permission: READ_BULLETINS },
    { path: "notices/settings", page: () => import("./settings-page"), permission: SETTINGS_READERS },
  ],
  slots: { "shell.bar": () => import("./bar"), "order.parts": [{ title: "about.title", order: 10, load: () => import("./order-part") }] },
};
export default room;
