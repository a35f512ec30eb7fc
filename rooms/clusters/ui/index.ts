// The manifest of clusters for the browser. Pages and their place in the navigation come here: docs/a-screen.md.
import type { Room } from "@lib/room";

export const READ = "clusters.read";
export const CHANGE = "clusters.change";

const room: Room = {
  name: "clusters",
  permissions: [READ, CHANGE],
  routes: [],
};
export default room;
