// The manifest of customers for the browser. Pages and their place in the navigation come here: docs/a-screen.md.
import type { Room } from "@lib/room";

export const READ = "customers.read";
export const CHANGE = "customers.change";

const room: Room = {
  name: "customers",
  permissions: [READ, CHANGE],
  routes: [],
};
export default room;
