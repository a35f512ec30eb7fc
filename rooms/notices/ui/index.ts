// The manifest of notices for the browser.
import type { Room } from "@lib/room";
import { APPROVE, CONFIGURE, READ, SEND, WRITE_TEMPLATES } from "./permissions";

const room: Room = {
  name: "notices",
  permissions: [READ, SEND, WRITE_TEMPLATES, APPROVE, CONFIGURE],
  routes: [],
};
export default room;
