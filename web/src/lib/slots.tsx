// Where one room's page lets other rooms show something. Rooms never import rooms: they meet here, by name.
import { createContext, lazy, Suspense, use, type ComponentType } from "react";
import { Skeleton } from "@kit/feedback";

/** Every slot and what is handed to those who fill it. */
export interface SlotProps {
  /** On the page of one call: whatever belongs to it (its recording, later its work orders). */
  "call.parts": { call: string; recording: string | null };
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
      if (load) (filled[name] ??= []).push(lazy(load));
    }
  }
  return filled;
}

export function Slot<Name extends SlotName>({ name, ...props }: { name: Name } & SlotProps[Name]) {
  const fillers = (use(SlotContext)[name] ?? []) as ComponentType<SlotProps[Name]>[];
  return (
    <>
      {fillers.map((Filler, index) => (
        <Suspense key={index} fallback={<Skeleton height={120} />}>
          <Filler {...(props as unknown as SlotProps[Name] & object)} />
        </Suspense>
      ))}
    </>
  );
}
