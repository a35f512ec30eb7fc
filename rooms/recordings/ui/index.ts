// The recordings' manifest for the browser.
import { AudioLines } from "lucide-react";
import type { Room } from "@lib/room";
import { PLAY, HOLD } from "./permissions";

const room: Room = {
  name: "recordings",
  permissions: [...PLAY, HOLD],
  nav: [{ path: "/recordings", icon: AudioLines, label: "nav.recordings", group: "look_up", order: 2, permission: PLAY }],
  routes: [
    { path: "recordings", page: () => import("./recordings-page"), permission: PLAY },
    { path: "recordings/:id", page: () => import("./recording-page"), permission: PLAY },
  ],
  slots: { "call.parts": () => import("./call-part") },
};
export default room;
