// Where one room's page lets other rooms show something. Rooms never import rooms: they meet here, by name.
import { createContext, lazy, Suspense, use, type ComponentType, type ReactNode } from "react";
import { Skeleton } from "@kit/feedback";

/** Every slot and what is handed to those who fill it. */
export interface SlotProps {
  /** In the bar above every page: one's own desk. */
  "shell.bar": object;
  /** On the page of one call: whatever belongs to it (its recording, later its work orders). */
  "call.parts": { call: string; recording: string | null };
  /** At an agent's desk, above: who the other side of this call is, what is wrong at the address, what is open. */
  "desk.customer": { call: string; number: string; state: string };
  /** At an agent's desk, below: the record that the agent writes of this call. */
  "desk.record": { call: string; state: string };
  /** At the right of an agent's desk: one filler is one tab, named `desk.tab` in its room's messages. */
  "desk.assist": { call: string | null };
}

export type SlotName = keyof SlotProps;
export type SlotFillers = { [Name in SlotName]?: () => Promise<{ default: ComponentType<SlotProps[Name]> }> };

type Filled = { [Name in SlotName]?: ComponentType<SlotProps[Name]>[] };
export const SlotContext = createContext<Filled>({});

export function fillSlots(all: (SlotFillers | undefined)[]): Filled {
  const filled: Filled = {};
  for (const fillers of all) {
    for (const name of Object.keys(fillers ?? {}) as SlotName[]) {
      const load = fillers?.[name];
      if (load) ((filled[name] ??= []) as ComponentType<never>[]).push(lazy(load as () => Promise<{ default: ComponentType }>) as ComponentType<never>);
    }
  }
  return filled;
}

export function Slot<Name extends SlotName>({ name, fallback = <Skeleton height={120} />, ...props }: { name: Name; fallback?: ReactNode } & SlotProps[Name]) {
  const fillers = (use(SlotContext)[name] ?? []) as ComponentType<SlotProps[Name]>[];
  return (
    <>
      {fillers.map((Filler, index) => (
        <Suspense key={index} fallback={fallback}>
          <Filler {...(props as unknown as SlotProps[Name] & object)} />
        </Suspense>
      ))}
    </>
  );
}
