// The manifest of notices for the browser. Pages and their place in the navigation come here: docs/a-screen.md.
import type { Room } from "@lib/room";

export const READ = "notices.read";
export const CHANGE = "notices.change";

const room: Room = {
  name: "notices",
  permissions: [READ, CHANGE],
  routes: [],
};
export default room;
