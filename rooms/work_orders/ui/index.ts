// The manifest of work orders for the browser.
import type { Room } from "@lib/room";
import { CONFIGURE, FILE, HANDLE, READ, UNMASK } from "./permissions";

const room: Room = {
  name: "work_orders",
  permissions: [FILE, READ, HANDLE, UNMASK, CONFIGURE],
  routes: [],
};
export default room;
