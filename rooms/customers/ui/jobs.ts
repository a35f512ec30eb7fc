// Imports: long work, watched while it runs.
import { useQuery } from "@tanstack/react-query";
import { api, queries } from "@lib/api";

export const COLUMNS = ["account", "name", "number", "other_number", "address", "area", "road", "community", "building", "unit", "room", "class", "utility", "kind", "meter", "meter_kind", "installed_year", "opened_year"] as const;
export type Column = (typeof COLUMNS)[number];

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
  /** A word for what went wrong: `trouble.<word>`. */
  failure: string | null;
}

const KEY = ["customers", "jobs"];
const path = (id: string) => `/api/customers/imports/${encodeURIComponent(id)}`;
const changed = () => queries.invalidateQueries({ queryKey: ["customers"] });

export function useImports() {
  return useQuery<ImportJob[]>({ queryKey: [...KEY, "list"], refetchInterval: (query) => (query.state.data?.some(({ state }) => state === "running") ? 1_000 : false), queryFn: ({ signal }) => api.get<ImportJob[]>("/api/customers/imports", undefined, signal) });
}
export function useImport(id: string) {
  return useQuery<ImportJob>({
    queryKey: [...KEY, "one", id],
    refetchInterval: (query) => (query.state.data?.state === "running" ? 700 : false),
    queryFn: ({ signal }) => api.get(path(id), undefined, signal),
  });
}
export async function uploadImport(file: Blob): Promise<ImportJob> {
  const form = new FormData();
  form.append("file", file);
  const job = await api.upload<ImportJob>("POST", "/api/customers/imports", form);
  await changed();
  return job;
}
export async function runImport(id: string, columns: (Column | null)[], dry: boolean): Promise<void> {
  await api.post(`${path(id)}/run`, { columns, dry });
  await changed();
}
export async function cancelImport(id: string): Promise<void> {
  await api.post(`${path(id)}/cancel`);
  await changed();
}
