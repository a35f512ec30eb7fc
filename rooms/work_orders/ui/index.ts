// The manifest of work_orders for the browser. Pages and their place in the navigation come here: docs/a-screen.md.
import type { Room } from "@lib/room";

export const READ = "work_orders.read";
export const CHANGE = "work_orders.change";

const room: Room = {
  name: "work_orders",
  permissions: [READ, CHANGE],
  routes: [],
};
export default room;
