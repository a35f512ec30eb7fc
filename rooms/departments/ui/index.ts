// The departments' manifest for the browser.
import type { Room } from "@lib/room";
import { CONFIGURE, READ, ROSTER } from "./permissions";

const room: Room = {
  name: "departments",
  permissions: [READ, CONFIGURE, ROSTER],
  routes: [],
};
export default room;
