// The calls' manifest for the browser.
import { PhoneCall } from "lucide-react";
import type { Room } from "@lib/room";

/** One may find the calls of everybody, or one's own. */
export const READ = ["calls.read", "calls.read_own"];

/** Being ready for calls oneself. */
export const ANSWER = "calls.answer";

const room: Room = {
  name: "calls",
  permissions: [...READ, ANSWER],
  nav: [{ path: "/calls", icon: PhoneCall, label: "nav.calls", group: "look_up", order: 1, permission: READ }],
  routes: [
    { path: "calls", page: () => import("./calls-page"), permission: READ },
    { path: "calls/:id", page: () => import("./call-page"), permission: READ },
  ],
  slots: { "shell.bar": () => import("./desk-bar") },
};
export default room;
