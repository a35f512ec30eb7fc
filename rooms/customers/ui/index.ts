// The customers' manifest for the browser.
import { Contact, Network } from "lucide-react";
import type { Room } from "@lib/room";
import { CHANGE, EXPORT, EXPORT_WHOLE, IMPORT, MERGE, NETWORK, READ, UNMASK } from "./permissions";

const room: Room = {
  name: "customers",
  permissions: [READ, CHANGE, MERGE, UNMASK, IMPORT, EXPORT, EXPORT_WHOLE, NETWORK],
  nav: [
    { path: "/customers", icon: Contact, label: "nav.customers", group: "look_up", order: 0, permission: READ, shells: ["desk", "supervisor", "office"] },
    { path: "/customers/network", icon: Network, label: "nav.network", group: "look_up", order: 1, permission: READ, shells: ["supervisor", "office"] },
  ],
  routes: [
    { path: "customers", page: () => import("./customers-page"), permission: READ },
    { path: "customers/import", page: () => import("./import-page"), permission: IMPORT },
    { path: "customers/network", page: () => import("./network-page"), permission: READ },
    { path: "customers/network/import", page: () => import("./network-import-page"), permission: NETWORK },
    { path: "customers/network/:id", page: () => import("./element-page"), permission: READ },
    { path: "customers/:id", page: () => import("./customer-page"), permission: READ },
  ],
  slots: {
    "desk.customer": () => import("./desk-card"),
    "desk.ring": () => import("./ring-facts"),
  },
};
export default room;
