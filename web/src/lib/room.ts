// What a room tells the browser about itself; each rooms/<room>/ui/index.ts exports one as default.
import type { LucideIcon } from "lucide-react";
import type { ComponentType } from "react";
import type { ShellName } from "./shells";
import type { SlotFillers } from "./slots";

export interface RoomRoute {
  /** Below the root, such as `calls/:id`. */
  path: string;
  page: () => Promise<{ default: ComponentType }>;
  /** Any of these; without one the page says who can grant it. */
  permission?: string | string[];
}

export interface RoomNav {
  path: string;
  icon: LucideIcon;
  /** A key in the room's messages. */
  label: string;
  group: "live" | "matters" | "look_up" | "set_up";
  /** Lower comes first within the group. */
  order: number;
  permission?: string | string[];
  /** Where it is shown; otherwise what is live at the supervisor's, what is looked up there and in the office, the rest in the office. */
  shells?: ShellName[];
}

export interface Room {
  /** The room's one word: folder, message namespace, URL, permission prefix. */
  name: string;
  routes: RoomRoute[];
  nav?: RoomNav[];
  /** Every permission the room's screens ask about. */
  permissions: string[];
  slots?: SlotFillers;
}
