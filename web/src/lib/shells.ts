// The four places people work in. They share the frame, the kit and the addresses; each shows the way to what is needed there.
import type { RoomNav } from "./room";

export type ShellName = "desk" | "supervisor" | "office" | "field";
export const SHELLS: ShellName[] = ["desk", "supervisor", "office", "field"];

const OF_GROUP: Record<RoomNav["group"], ShellName[]> = {
  live: ["supervisor"],
  matters: ["supervisor", "office"],
  look_up: ["supervisor", "office"],
  set_up: ["office"],
};

export function shellsOf(item: Pick<RoomNav, "group" | "shells">): ShellName[] {
  return item.shells ?? OF_GROUP[item.group];
}

/** The entry of the navigation that an address belongs to: `/calls/owed` lies below `/calls`, but is a place of its own. */
export function placeOf<Item extends { path: string }>(items: Item[], pathname: string): Item | undefined {
  return items.filter((item) => pathname === item.path || pathname.startsWith(`${item.path}/`)).sort((a, b) => b.path.length - a.path.length)[0];
}

/** The shell a page is shown in: the one somebody is in if the page belongs to it, else the page's first. */
export function shellAt(items: (Pick<RoomNav, "group" | "shells"> & { path: string })[], pathname: string, last: ShellName | null): ShellName | null {
  const place = placeOf(items, pathname);
  if (!place) return last;
  const shells = shellsOf(place);
  return last && shells.includes(last) ? last : (shells[0] ?? last);
}

type Place = Pick<RoomNav, "group" | "shells" | "path">;

/** The shells somebody with these places works in: those with a place of their own; without any, the one that holds most. */
export function shellsWith(items: Place[]): ShellName[] {
  const own = SHELLS.filter((name) => items.some((item) => shellsOf(item).join() === name));
  if (own.length > 0) return own;
  const held = (name: ShellName) => items.filter((item) => shellsOf(item).includes(name)).length;
  return items.length > 0 ? [...SHELLS].sort((a, b) => held(b) - held(a)).slice(0, 1) : [];
}

/** What stands in which of somebody's shells; nothing that may be opened is out of reach. */
export function arrange<Item extends Place>(items: Item[]): { shells: ShellName[]; placed: (Item & { shells: ShellName[] })[] } {
  const shells = shellsWith(items);
  const placed = items.map((item) => {
    const among = shellsOf(item).filter((name) => shells.includes(name));
    return { ...item, shells: among.length > 0 ? among : shells.slice(0, 1) };
  });
  return { shells, placed };
}
