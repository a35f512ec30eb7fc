// The manifest of callbacks for the browser. Pages and their place in the navigation come here: docs/a-screen.md.
import type { Room } from "@lib/room";

export const READ = "callbacks.read";
export const CHANGE = "callbacks.change";

const room: Room = {
  name: "callbacks",
  permissions: [READ, CHANGE],
  routes: [],
};
export default room;
