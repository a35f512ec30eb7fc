// The menus' manifest for the browser.
import { ListTree } from "lucide-react";
import type { Room } from "@lib/room";
import { READ, EDIT, PUBLISH } from "./permissions";

const room: Room = {
  name: "ivr_flows",
  permissions: [READ, EDIT, PUBLISH],
  nav: [{ path: "/ivr_flows", icon: ListTree, label: "nav.ivr_flows", group: "set_up", order: 1, permission: READ }],
  routes: [
    { path: "ivr_flows", page: () => import("./flows-page"), permission: READ },
    { path: "ivr_flows/numbers", page: () => import("./numbers-page"), permission: READ },
    { path: "ivr_flows/prompts", page: () => import("./prompts-page"), permission: READ },
    { path: "ivr_flows/:id", page: () => import("./flow-page"), permission: READ },
  ],
};
export default room;
