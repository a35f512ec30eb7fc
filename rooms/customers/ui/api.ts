// What the customers' screens read and change.
import { useQuery } from "@tanstack/react-query";
import { api, queries } from "@lib/api";
import type { Customer, CustomerClass, CustomerFlag, CustomerKind, CustomerRow, CustomerUtility } from "@lib/customer";
import type { Element } from "./network";

export const CLASSES: CustomerClass[] = ["residential", "commercial", "industrial", "cng"];
export const UTILITIES: CustomerUtility[] = ["gas", "power", "cable"];
export const FLAGS: CustomerFlag[] = ["important", "elderly", "life_support", "danger"];
export const FILTERS = ["text", "class", "flag", "archived", "after"] as const;
export type Filters = Partial<Record<(typeof FILTERS)[number], string>>;

export interface Happened {
  at: string;
  who: string | null;
  kind: string;
  payload: Record<string, unknown>;
}
export interface Move {
  id: string;
  kind: "merge" | "split";
  source: string;
  target: string;
  at: string;
  who: string | null;
  undone: boolean;
}
export interface WholeCustomer extends Customer {
  notes: { at: string; who: string | null; text: string }[];
  history: Happened[];
  moves: Move[];
  /** What supplies the accounts, where that is known. */
  supply: { account: string; path: Element[] }[];
}

export interface MeterForm {
  number: string;
  kind: string;
  installed_year: number | null;
}
/** What may be done to one customer; rules/change.rs decides. */
export type Act =
  | { act: "rename"; kind?: CustomerKind; name?: string }
  | { act: "put_contact"; contact?: string; number?: string; label?: string; preferred: boolean }
  | { act: "remove_contact"; contact: string }
  | { act: "set_flag" | "clear_flag"; flag: CustomerFlag; reason: string }
  | { act: "note"; text: string }
  | { act: "put_account"; account?: string; number?: string; utility?: CustomerUtility; class?: CustomerClass; address?: string; meter?: MeterForm }
  | { act: "close_account"; account: string }
  | { act: "archive"; reason: string }
  | { act: "restore" };

const KEY = ["customers"];
const path = (id: string) => `/api/customers/${encodeURIComponent(id)}`;
const changed = () => queries.invalidateQueries({ queryKey: KEY });

export function useCustomers(filters: Filters, active = true) {
  return useQuery({ queryKey: [...KEY, "list", filters], enabled: active, queryFn: ({ signal }) => api.get<{ items: CustomerRow[]; next?: string | null }>("/api/customers", { ...filters, limit: 50 }, signal) });
}

/** `call`: one's own call on which this customer is spoken with; then nothing is masked. */
export function useCustomer(id: string, call?: string) {
  return useQuery({ queryKey: [...KEY, "one", id, call ?? ""], placeholderData: undefined, queryFn: ({ signal }) => api.get<WholeCustomer>(path(id), { call }, signal) });
}

export interface NewCustomer {
  kind: CustomerKind;
  name: string;
  numbers: string[];
  account?: { number: string; utility: CustomerUtility; class: CustomerClass; address: string; meter?: MeterForm };
}
export async function register(form: NewCustomer): Promise<WholeCustomer> {
  const made = await api.post<WholeCustomer>("/api/customers", form);
  await changed();
  return made;
}
export async function act(customer: Pick<Customer, "id" | "version">, what: Act): Promise<void> {
  await api.post(`${path(customer.id)}/acts`, { version: customer.version, ...what });
  await changed();
}
export async function unmask(id: string, reason: string): Promise<WholeCustomer> {
  const whole = await api.post<WholeCustomer>(`${path(id)}/unmask`, { reason });
  void queries.invalidateQueries({ queryKey: [...KEY, "one", id] });
  return whole;
}
export async function merge(into: Customer, other: Customer): Promise<void> {
  await api.post(`${path(into.id)}/merge`, { other: other.id, version: into.version, other_version: other.version });
  await changed();
}
export async function split(from: Customer, form: { kind: CustomerKind; name: string; accounts: string[]; contacts: string[] }): Promise<WholeCustomer> {
  const made = await api.post<WholeCustomer>(`${path(from.id)}/split`, { version: from.version, ...form });
  await changed();
  return made;
}
export async function undo(move: string): Promise<void> {
  await api.post(`/api/customers/moves/${encodeURIComponent(move)}/undo`);
  await changed();
}
