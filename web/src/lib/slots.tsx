// Where one room's page lets other rooms show something. Rooms never import rooms: they meet here, by name.
import { createContext, lazy, Suspense, use, type ComponentType, type ReactNode } from "react";
import { Skeleton } from "@kit/feedback";

/** Every slot and what is handed to those who fill it. */
export interface SlotProps {
  /** In the bar above every page: one's own desk. */
  "shell.bar": object;
  /** On a phone, below every page of the field: the way to its pages, and whether everything has been sent. */
  "field.bar": object;
  /** On everybody's own account: a second factor, a telephone. */
  "account.parts": object;
  /** On the page of one call: whatever belongs to it (its recording, later its work orders). */
  "call.parts": { call: string; recording: string | null };
  /** On the card of a call that rings: at most six facts about who it is. */
  "desk.ring": { call: string; number: string };
  /** At an agent's desk, above: who the other side of this call is, what is wrong at the address, what is open. */
  "desk.customer": { call: string; number: string; state: string };
  /** At an agent's desk, below: the record that the agent writes of this call. */
  "desk.record": { call: string; state: string };
  /** At the right of an agent's desk: one filler is one tab, under its title. */
  "desk.assist": { call: string | null };
  /** In an agent's record of a call: turns it into a work order. */
  "interactions.order": { call: string; agent: string; draft: { reason: string | null; fields: Record<string, string>; notes: string; contact: string; customer: string | null } };
  /** While a matter is accepted as an order: what other rooms know of it already. `onOffered` says how many orders it could follow, `onJoin` which one it does. */
  "order.filing": { customer: string | null; address: string; phone: string; joinable: boolean; asked: boolean; joining: "undecided" | "another" | "joined"; onOffered: (orders: number) => void; onJoin: (order: { master: string; number: string } | "another" | "undecided") => void };
  /** On the page of one work order: whatever other rooms have of it (what the customer was told, what he answered). */
  "order.parts": { order: string };
  /** On the page of one customer: what other rooms have of him. */
  "customer.parts": { customer: string };
  /** On the page of one part of the supply network: what other rooms have of it. */
  "network.element": { element: string };
}

export type SlotName = keyof SlotProps;
type Load<Name extends SlotName> = () => Promise<{ default: ComponentType<SlotProps[Name]> }>;
interface Titled<Name extends SlotName> {
  /** A key in the room's messages. */
  title: string;
  /** Lower comes first among the fillers of all rooms; 50 if not given. */
  order?: number;
  load: Load<Name>;
}
/** What a room puts where: one part, or several with a title each. */
export type SlotFillers = { [Name in SlotName]?: Load<Name> | Titled<Name>[] };

export interface Filler<Name extends SlotName> {
  /** `room.title`: the same for the whole life of the page. */
  key: string;
  room: string;
  /** A key in the room's messages; `desk.tab` where the room gives none. */
  title: string;
  Part: ComponentType<SlotProps[Name]>;
}
type Filled = { [Name in SlotName]?: Filler<Name>[] };
export const SlotContext = createContext<Filled>({});

export function fillSlots(rooms: { name: string; slots?: SlotFillers }[]): Filled {
  const found: { slot: string; order: number; filler: Filler<never> }[] = [];
  for (const { name: room, slots } of rooms) {
    for (const [slot, given] of Object.entries(slots ?? {}) as [SlotName, Load<SlotName> | Titled<SlotName>[]][]) {
      for (const { title, order = 50, load } of typeof given === "function" ? [{ title: "desk.tab", load: given }] : given) {
        const filler = { key: `${room}.${title}`, room, title, Part: lazy(load as () => Promise<{ default: ComponentType }>) };
        found.push({ slot, order, filler: filler as unknown as Filler<never> });
      }
    }
  }
  found.sort((a, b) => a.order - b.order);
  const filled: Record<string, Filler<never>[]> = {};
  for (const { slot, filler } of found) (filled[slot] ??= []).push(filler);
  return filled as Filled;
}

/** Who fills a slot, for a place that lays them out by itself (as tabs), or shows nothing when nobody does. */
export function useFillers<Name extends SlotName>(name: Name): Filler<Name>[] {
  return (use(SlotContext)[name] ?? []) as Filler<Name>[];
}

export function Slot<Name extends SlotName>({ name, fallback = <Skeleton height={120} />, ...props }: { name: Name; fallback?: ReactNode } & SlotProps[Name]) {
  return (
    <>
      {useFillers(name).map(({ key, Part }) => (
        <Suspense key={key} fallback={fallback}>
          <Part {...(props as unknown as SlotProps[Name] & object)} />
        </Suspense>
      ))}
    </>
  );
}
