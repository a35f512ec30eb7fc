// The supply network as screens read and change it.
import { useQuery } from "@tanstack/react-query";
import { api, queries } from "@lib/api";
import type { CustomerClass } from "@lib/customer";
import type { Happened } from "./api";

export const KINDS = ["substation", "line", "transformer", "pressure_station", "section", "riser", "headend", "node", "amplifier"] as const;
export type ElementKind = (typeof KINDS)[number];

/** Of which kinds one can hang below; rules/network.rs decides. */
const DEPTH: Record<ElementKind, [utility: string, depth: number, chains: boolean]> = {
  substation: ["power", 0, false],
  line: ["power", 1, true],
  transformer: ["power", 2, false],
  pressure_station: ["gas", 0, false],
  section: ["gas", 1, true],
  riser: ["gas", 2, false],
  headend: ["cable", 0, false],
  node: ["cable", 1, true],
  amplifier: ["cable", 2, true],
};
export function kindsBelow(above: ElementKind | null): ElementKind[] {
  if (!above) return KINDS.filter((kind) => DEPTH[kind][1] === 0);
  const [utility, depth] = DEPTH[above];
  return KINDS.filter((kind) => DEPTH[kind][0] === utility && (DEPTH[kind][1] > depth || (kind === above && DEPTH[kind][2])));
}

export interface Element {
  id: string;
  kind: ElementKind;
  code: string;
  name: string;
  parent: string | null;
  retired_at: string | null;
  version: number;
}
export interface Branch extends Element {
  /** Elements and service points directly below. */
  elements: number;
  points: number;
}
export interface ElementView extends Element {
  retired_why: string | null;
  path: Element[];
  elements: number;
  points: number;
  below: { all: number; important: number; life_support: number; elderly: number; elements: number };
  allowed: ("change" | "move" | "retire" | "restore" | "add")[];
  history: Happened[];
}
export interface Supplied {
  rank: number;
  account: string;
  customer: string;
  number: string;
  class: CustomerClass | null;
  name: string;
  address: string;
}
export type NetworkAct =
  | { act: "change"; code: string; name: string; reason: string }
  | { act: "move"; to: string | null; reason: string }
  | { act: "retire"; successor: string | null; reason: string }
  | { act: "restore"; reason: string };

const KEY = ["customers", "network"];
const BASE = "/api/customers/network";
const path = (id: string) => `${BASE}/${encodeURIComponent(id)}`;
const changed = () => queries.invalidateQueries({ queryKey: ["customers"] });

export interface Level {
  items: Branch[];
  next?: string | null;
}
export const readLevel = (parent: string | null, after?: string | null) => api.get<Level>(BASE, { ...(parent ? { parent } : {}), ...(after ? { after } : {}) });

export function useLevel(parent: string | null, after: string | null) {
  return useQuery({ queryKey: [...KEY, "level", parent, after], queryFn: () => readLevel(parent, after) });
}
export function useFound(text: string) {
  return useQuery({ queryKey: [...KEY, "found", text], enabled: text.trim() !== "", queryFn: ({ signal }) => api.get<Level>(BASE, { text }, signal) });
}
export function useElement(id: string) {
  return useQuery({ queryKey: [...KEY, "one", id], placeholderData: undefined, queryFn: ({ signal }) => api.get<ElementView>(path(id), undefined, signal) });
}
export function useSupplied(id: string, after: string | null) {
  return useQuery({ queryKey: [...KEY, "customers", id, after], queryFn: ({ signal }) => api.get<{ items: Supplied[]; next?: string | null }>(`${path(id)}/customers`, after ? { after } : {}, signal) });
}
export async function addElement(form: { kind: ElementKind; code: string; name: string; parent: string | null }): Promise<ElementView> {
  const made = await api.post<ElementView>(BASE, form);
  await changed();
  return made;
}
export async function actOn(element: Pick<Element, "id" | "version">, what: NetworkAct): Promise<void> {
  await api.post(`${path(element.id)}/acts`, { version: element.version, ...what });
  await changed();
}
