// The manifest of webhooks for the browser.
import { Webhook } from "lucide-react";
import type { Room } from "@lib/room";
import { CONFIGURE, READ } from "./permissions";

const room: Room = {
  name: "webhooks",
  permissions: [READ, CONFIGURE],
  nav: [{ path: "/webhooks", icon: Webhook, label: "nav.webhooks", group: "set_up", order: 9, permission: READ }],
  routes: [{ path: "webhooks", page: () => import("./webhooks-page"), permission: READ }],
};
export default room;
