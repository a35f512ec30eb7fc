// The manifest of promises for the browser.
import type { Room } from "@lib/room";
import { READ } from "./permissions";

const room: Room = {
  name: "promises",
  permissions: [READ],
  routes: [],
};
export default room;
