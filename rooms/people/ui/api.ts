// What the people's screens read and change: who works here, groups, roles and what they allow.
import { useQuery } from "@tanstack/react-query";
import { api, queries } from "@lib/api";

export type PersonState = "active" | "locked" | "left";

export interface Person {
  id: string;
  /** 工号 */
  number: string;
  name: string;
  group: string | null;
  roles: string[];
  /** Queue ids with this person's rank in each: 1 is asked first. */
  queues: Record<string, number>;
  /** Skills with levels 1 to 9. */
  skills: Record<string, number>;
  state: PersonState;
  /** Answers calls. */
  phone: boolean;
  contact: string | null;
  wrap_up_s: number | null;
  must_change_password: boolean;
  locked_until: string | null;
  /** Sent back with a change; a stale one is refused. */
  version: number;
}

export interface Group {
  id: string;
  name: string;
  leader: string | null;
  people: number;
  version: number;
}

export interface Role {
  /** `shift_leader`; a built-in role's name is translated, another's is `title`. */
  name: string;
  title: string;
  built_in: boolean;
  permissions: string[];
  people: number;
  version: number;
}

export const FILTERS = ["q", "group", "role", "state", "after"] as const;
export type Filters = Partial<Record<(typeof FILTERS)[number], string>>;

const KEY = ["people"];
const path = (id: string) => `/api/people/${encodeURIComponent(id)}`;
const changed = () => Promise.all([queries.invalidateQueries({ queryKey: KEY }), queries.invalidateQueries({ queryKey: ["directory"] })]);

export function usePeople(filters: Filters) {
  return useQuery({ queryKey: [...KEY, "list", filters], queryFn: ({ signal }) => api.get<{ items: Person[]; next?: string | null }>("/api/people", { ...filters, limit: 50 }, signal) });
}
export function usePerson(id: string | null) {
  return useQuery({ queryKey: [...KEY, "one", id], enabled: id !== null, queryFn: ({ signal }) => api.get<Person>(path(id ?? ""), undefined, signal) });
}
export function useGroups() {
  return useQuery({ queryKey: [...KEY, "groups"], queryFn: ({ signal }) => api.get<{ items: Group[] }>("/api/people/groups", undefined, signal) });
}
export function useRoles() {
  return useQuery({ queryKey: [...KEY, "roles"], queryFn: ({ signal }) => api.get<{ items: Role[]; permissions: string[] }>("/api/people/roles", undefined, signal) });
}

export type PersonForm = Pick<Person, "number" | "name" | "group" | "roles" | "queues" | "skills" | "phone" | "contact" | "wrap_up_s">;

export async function addPerson(form: PersonForm & { password: string }): Promise<Person> {
  const made = await api.post<Person>("/api/people", form);
  await changed();
  return made;
}
export async function changePerson(person: Person, form: PersonForm): Promise<void> {
  await api.put(path(person.id), { ...form, version: person.version });
  await changed();
}
/** `lock`, `unlock`, `leave`, `take_back`. */
export async function actOn(person: Person, act: string): Promise<void> {
  await api.post(`${path(person.id)}/${act}`, { version: person.version });
  await changed();
}
export async function resetPassword(person: Person, password: string): Promise<void> {
  await api.put(`${path(person.id)}/password`, { password });
  await changed();
}
export async function putGroup(group: { id?: string; name: string; leader: string | null; version?: number }): Promise<void> {
  await (group.id ? api.put(`/api/people/groups/${encodeURIComponent(group.id)}`, group) : api.post("/api/people/groups", group));
  await changed();
}
export async function putRole(role: { name: string; title: string; permissions: string[]; version?: number }): Promise<void> {
  await api.put(`/api/people/roles/${encodeURIComponent(role.name)}`, role);
  await changed();
}
