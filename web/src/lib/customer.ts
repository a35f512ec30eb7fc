// Whose call it is, shared by the rooms that show something about the caller. The server matches and masks.
import { useQuery } from "@tanstack/react-query";
import { api, queries } from "./api";
import { useDeskNow } from "./desk";

export type CustomerKind = "person" | "organisation";
export type CustomerClass = "residential" | "commercial" | "industrial" | "cng";
export type CustomerUtility = "gas" | "power" | "cable";
export type CustomerFlag = "important" | "elderly" | "life_support" | "danger";
export type CustomerAct = "change" | "archive" | "restore" | "merge" | "split";

export interface Verified {
  at: string;
  by: string;
  call: string | null;
}
export interface CustomerContact {
  id: string;
  number: string;
  label: string;
  preferred: boolean;
  source: "entered" | "imported" | "learnt";
  verified: Verified | null;
}
export interface CustomerMeter {
  number: string;
  kind: string;
  place: string;
  installed_year: number | null;
  removed_at: string | null;
}
export interface CustomerAccount {
  id: string;
  number: string;
  utility: CustomerUtility;
  class: CustomerClass;
  address: string;
  /** Null while the address is masked. */
  parts: { area: string; road: string; community: string; building: string; unit: string; room: string } | null;
  premises: string;
  opened_year: number | null;
  closed_at: string | null;
  meters: CustomerMeter[];
}
export interface Customer {
  id: string;
  kind: CustomerKind;
  name: string;
  masked: boolean;
  contacts: CustomerContact[];
  accounts: CustomerAccount[];
  flags: { flag: CustomerFlag; reason: string; since: string; set_by: string | null }[];
  created_at: string;
  changed_at: string;
  archived: { at: string; why: string } | null;
  merged_into: string | null;
  version: number;
  allowed: CustomerAct[];
}
/** One line of a list of customers. */
export interface CustomerRow {
  id: string;
  kind: CustomerKind;
  name: string;
  number: string | null;
  account: string | null;
  class: CustomerClass | null;
  address: string | null;
  more_accounts: number;
  flags: CustomerFlag[];
  archived: boolean;
}
export interface CallCustomer {
  /** `one` customer has the number, `several` have it, `none`; `confirmed` by the agent; `hidden`: the caller hides it. */
  match: "confirmed" | "one" | "several" | "none" | "hidden";
  /** The call is at one's own desk: nothing is masked, and one may confirm. */
  own: boolean;
  number: string | null;
  number_known: boolean;
  customer: Customer | null;
  choices: CustomerRow[];
  last_contact: { call: string; at: string } | null;
}

/** `helps`: one was asked in by a colleague, and sees the colleague's customer masked. */
const key = (call: string, helps: boolean) => ["customers", "call", call, helps];
const path = (call: string) => `/api/customers/calls/${encodeURIComponent(call)}`;

/** Whose call it is; null as long as there is no call. What was masked is asked for anew when the call has become one's own. */
export function useCallCustomer(call: string | null) {
  const desk = useDeskNow();
  const helps = desk !== null && desk.call === call && desk.asker !== null;
  return useQuery({
    queryKey: key(call ?? "", helps),
    enabled: call !== null,
    placeholderData: undefined,
    staleTime: 30_000,
    queryFn: ({ signal }) => api.get<CallCustomer>(path(call ?? ""), undefined, signal),
  });
}

/** The agent says whose call it is; with `learn` the number becomes a contact of the customer. */
export async function confirmCallCustomer(call: string, customer: string, learn: boolean): Promise<void> {
  const now = await api.put<CallCustomer>(path(call), { customer, learn });
  queries.setQueryData(key(call, false), now);
  await queries.invalidateQueries({ queryKey: ["customers", "one", customer] });
}
