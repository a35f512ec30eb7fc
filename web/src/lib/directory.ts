// The names behind ids. A room's answer names other rooms' things by id; the screen joins them here.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "./api";

/** Something that has a name: an agent (with 工号), a queue, a trunk. */
export interface Named {
  id: string;
  name: string;
  number?: string | null;
}

export interface Directory {
  all: Named[];
  /** `1007 李敏`; the id itself when the name may not be seen or is gone. */
  name: (id: string | null | undefined) => string | null;
}

function useDirectory(kind: string, path: string): Directory {
  const { data } = useQuery({
    queryKey: ["directory", kind],
    staleTime: 60_000,
    retry: false,
    queryFn: async ({ signal }): Promise<Named[]> => {
      const answer = await api.get<Named[] | { items: Named[] }>(path, { limit: 200 }, signal);
      return Array.isArray(answer) ? answer : answer.items;
    },
  });
  return useMemo(() => {
    const all = data ?? [];
    const names = new Map(all.map((item) => [item.id, item.number ? `${item.number} ${item.name}` : item.name]));
    return { all, name: (id) => (id ? (names.get(id) ?? id) : null) };
  }, [data]);
}

/** The menus, published or not, by name; null for who may not see them. */
export function useFlowList(): { name: string; published: number | null }[] | null {
  const { data } = useQuery({
    queryKey: ["directory", "flows"],
    staleTime: 60_000,
    retry: false,
    queryFn: async ({ signal }) => (await api.get<{ items: { name: string; published: number | null }[] }>("/api/ivr_flows", undefined, signal)).items,
  });
  return data ?? null;
}

/** The names of the menus, for what is bound to one; none for who may not see them. */
export function useFlowNames(): string[] {
  return useFlowList()?.map((flow) => flow.name) ?? [];
}

export const useAgents = () => useDirectory("agents", "/api/people/directory");
export const useQueues = () => useDirectory("queues", "/api/calls/queues");
export const useTrunks = () => useDirectory("trunks", "/api/calls/trunks");

/** A branch, department or team, by its name alone: its code is for paper. */
export interface UnitName {
  id: string;
  parent: string | null;
  kind: "branch" | "department" | "team";
  code: string;
  name: string;
  external: boolean;
  retired: boolean;
}

/** All units, retired ones too, for choosing one and for the names behind ids. */
export function useUnits(): { all: UnitName[]; name: Directory["name"] } {
  const { data } = useQuery({
    queryKey: ["directory", "units"],
    staleTime: 60_000,
    retry: false,
    queryFn: ({ signal }) => api.get<UnitName[]>("/api/departments/names", undefined, signal),
  });
  return useMemo(() => {
    const all = data ?? [];
    const names = new Map(all.map((unit) => [unit.id, unit.name]));
    return { all, name: (id) => (id ? (names.get(id) ?? id) : null) };
  }, [data]);
}

/** The name of one unit. */
export const useUnitName = (id: string | null | undefined) => useUnits().name(id);
