// The manifest of outages for the browser.
import type { Room } from "@lib/room";

const room: Room = { name: "outages", permissions: [] };
export default room;
