// The manifest of promises for the browser. Pages and their place in the navigation come here: docs/a-screen.md.
import type { Room } from "@lib/room";

export const READ = "promises.read";
export const CHANGE = "promises.change";

const room: Room = {
  name: "promises",
  permissions: [READ, CHANGE],
  routes: [],
};
export default room;
