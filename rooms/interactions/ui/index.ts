// The manifest of interactions for the browser. Pages and their place in the navigation come here: docs/a-screen.md.
import type { Room } from "@lib/room";

export const READ = "interactions.read";
export const CHANGE = "interactions.change";

const room: Room = {
  name: "interactions",
  permissions: [READ, CHANGE],
  routes: [],
};
export default room;
