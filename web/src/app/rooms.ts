// Every room that has screens, found by its folder. Nothing else names a room.
import type { Room } from "@lib/room";

const found = import.meta.glob<{ default: Room }>("../../../rooms/*/ui/index.ts", { eager: true });

export const rooms: Room[] = Object.values(found)
  .map((file) => file.default)
  .sort((a, b) => a.name.localeCompare(b.name));

const groups = ["live", "matters", "look_up", "set_up"] as const;

export const navigation = groups.map((group) => ({
  group,
  items: rooms
    .flatMap((room) => (room.nav ?? []).map((item) => ({ ...item, room: room.name })))
    .filter((item) => item.group === group)
    .sort((a, b) => a.order - b.order),
}));

/** Every way in the navigation, whatever its group. */
export const places = navigation.flatMap(({ items }) => items);
