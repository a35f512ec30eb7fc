// Imports: long work, watched while it runs.
import { useQuery } from "@tanstack/react-query";
import { api, queries } from "@lib/api";

export const COLUMNS = ["account", "name", "number", "other_number", "address", "area", "road", "community", "building", "unit", "room", "class", "utility", "kind", "meter", "meter_kind", "installed_year", "opened_year"] as const;
export const NETWORK_COLUMNS = ["element", "element_name", "element_kind", "parent", "account"] as const;
export type What = "customers" | "network";
export type Column = (typeof COLUMNS)[number] | (typeof NETWORK_COLUMNS)[number];

export interface ImportJob {
  id: string;
  state: "uploaded" | "running" | "tried" | "done" | "cancelled" | "failed" | "expired";
  at: string;
  who: string;
  title: string;
  /** Rows gone through, while it runs. */
  done: number | null;
  /** Its files are still there. */
  files: boolean;
  headings: string[];
  sample: string[][];
  columns: (Column | null)[];
  counts: { rows: number; new: number; changed: number; same: number; wrong: number };
  /** The first rows that cannot be taken. */
  problems: { row: number; column: Column; why: string; value: string }[];
  /** A word for what went wrong: `trouble.<word>`. */
  failure: string | null;
}

const KEY = ["customers", "jobs"];
const base = (what: What) => (what === "network" ? "/api/customers/network/imports" : "/api/customers/imports");
const path = (what: What, id: string) => `${base(what)}/${encodeURIComponent(id)}`;
export const errorsOf = (what: What, id: string) => `${path(what, id)}/errors`;
const changed = () => queries.invalidateQueries({ queryKey: ["customers"] });

export function useImports(what: What) {
  return useQuery<ImportJob[]>({ queryKey: [...KEY, what, "list"], refetchInterval: (query) => (query.state.data?.some(({ state }) => state === "running") ? 1_000 : false), queryFn: ({ signal }) => api.get<ImportJob[]>(base(what), undefined, signal) });
}
export function useImport(what: What, id: string) {
  return useQuery<ImportJob>({
    queryKey: [...KEY, "one", id],
    refetchInterval: (query) => (query.state.data?.state === "running" ? 700 : false),
    queryFn: ({ signal }) => api.get(path(what, id), undefined, signal),
  });
}
export async function uploadImport(what: What, file: Blob): Promise<ImportJob> {
  const form = new FormData();
  form.append("file", file);
  const job = await api.upload<ImportJob>("POST", base(what), form);
  await changed();
  return job;
}
export async function runImport(what: What, id: string, columns: (Column | null)[], dry: boolean): Promise<void> {
  await api.post(`${path(what, id)}/run`, { columns, dry });
  await changed();
}
export async function cancelImport(what: What, id: string): Promise<void> {
  await api.post(`${path(what, id)}/cancel`);
  await changed();
}
