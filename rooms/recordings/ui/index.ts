// The recordings' manifest for the browser.
import { AudioLines } from "lucide-react";
import type { Room } from "@lib/room";

export const READ = "recordings.read";
export const PLAY = "recordings.play";

const room: Room = {
  name: "recordings",
  permissions: [READ, PLAY],
  nav: [{ path: "/recordings", icon: AudioLines, label: "nav.recordings", group: "look_up", order: 2, permission: READ }],
  routes: [
    { path: "recordings", page: () => import("./recordings-page"), permission: READ },
    { path: "recordings/:id", page: () => import("./recording-page"), permission: READ },
  ],
  slots: { "call.parts": () => import("./call-part") },
};
export default room;
