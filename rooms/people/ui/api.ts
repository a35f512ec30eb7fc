// What the people's screens read and change: who works here, groups, roles and what they allow.
import { useQuery } from "@tanstack/react-query";
import { api, queries } from "@lib/api";

export type PersonState = "active" | "locked" | "left";
/** What the server lets you do to a person now. */
export type Act = "edit" | "assign" | "lock" | "unlock" | "leave" | "take_back" | "reset_password";

export interface Served {
  queue: string;
  /** 1 is asked first. */
  rank: number;
}

export interface Person {
  id: string;
  /** 工号 */
  number: string;
  name: string;
  group: string | null;
  roles: string[];
  queues: Served[];
  /** Skill to level, 1 to 9. */
  skills: Record<string, number>;
  state: PersonState;
  /** After wrong passwords. */
  locked_until: string | null;
  /** Answers calls. */
  phone: boolean;
  contact: string | null;
  wrap_up_s: number | null;
  must_change_password: boolean;
  version: number;
  allowed: Act[];
}

export interface Group {
  id: string;
  name: string;
  leader: string | null;
  people: number;
  version: number;
}

export interface Role {
  name: string;
  title: string;
  built_in: boolean;
  permissions: string[];
  /** Nobody works with it without a second factor. */
  second_factor: boolean;
  people: number;
  version: number;
}

export interface PermissionItem {
  key: string;
  doc: string;
  is_powerful: boolean;
}

export const FILTERS = ["text", "group", "role", "state", "after"] as const;
export type Filters = Partial<Record<(typeof FILTERS)[number], string>>;

const KEY = ["people"];
const path = (id: string) => `/api/people/persons/${encodeURIComponent(id)}`;
const changed = () => Promise.all([queries.invalidateQueries({ queryKey: KEY }), queries.invalidateQueries({ queryKey: ["directory"] })]);

export function usePeople(filters: Filters) {
  return useQuery({ queryKey: [...KEY, "list", filters], queryFn: ({ signal }) => api.get<{ items: Person[]; next?: string | null }>("/api/people/persons", { ...filters, limit: 50 }, signal) });
}
export function usePerson(id: string | undefined) {
  return useQuery({ queryKey: [...KEY, "one", id], enabled: id !== undefined, placeholderData: undefined, queryFn: ({ signal }) => api.get<Person>(path(id ?? ""), undefined, signal) });
}
export function useGroups() {
  return useQuery({ queryKey: [...KEY, "groups"], queryFn: ({ signal }) => api.get<Group[]>("/api/people/groups", undefined, signal) });
}
export function useRoles() {
  return useQuery({ queryKey: [...KEY, "roles"], queryFn: ({ signal }) => api.get<Role[]>("/api/people/roles", undefined, signal) });
}
export function usePermissions() {
  return useQuery({ queryKey: [...KEY, "permissions"], staleTime: Infinity, queryFn: ({ signal }) => api.get<PermissionItem[]>("/api/people/permissions", undefined, signal) });
}

export type PersonForm = Pick<Person, "name" | "group" | "roles" | "queues" | "skills" | "phone" | "contact" | "wrap_up_s">;

/** The password is shown once and must be changed at the first sign-in. */
export interface WithPassword {
  person: Person;
  temporary_password: string;
}

export async function addPerson(number: string, form: PersonForm): Promise<WithPassword> {
  const made = await api.post<WithPassword>("/api/people/persons", { number, ...form });
  await changed();
  return made;
}
export async function changePerson(person: Person, form: PersonForm): Promise<void> {
  await api.put(path(person.id), { version: person.version, ...form });
  await changed();
}
export async function actOn(person: Person, act: Act, reason: string): Promise<void> {
  await api.post(`${path(person.id)}/acts`, { version: person.version, act, reason: reason || null });
  await changed();
}
export async function resetPassword(person: Person): Promise<WithPassword> {
  const made = await api.post<WithPassword>(`${path(person.id)}/password`);
  await changed();
  return made;
}
/** Takes the second factor from somebody who lost the telephone it is on. */
export async function takeSecondFactor(person: Person): Promise<void> {
  await api.delete(`${path(person.id)}/second_factor`);
  await changed();
}

/** Of one's own: whether signing in asks for a code, and whether a role demands it. */
export interface SecondFactor {
  on: boolean;
  required: boolean;
}
export interface Offered {
  secret: string;
  /** `otpauth://…` */
  address: string;
}
const FACTOR = ["me", "second_factor"];
export function useSecondFactor() {
  return useQuery({ queryKey: FACTOR, queryFn: ({ signal }) => api.get<SecondFactor>("/api/me/second_factor", undefined, signal) });
}
export const offerSecondFactor = (password: string) => api.post<Offered>("/api/me/second_factor", { password });
export const turnOnSecondFactor = (code: string) => api.put("/api/me/second_factor", { code });
export async function turnOffSecondFactor(password: string): Promise<void> {
  await api.post("/api/me/second_factor/off", { password });
  await queries.invalidateQueries({ queryKey: FACTOR });
}

export async function putGroup(group: { id?: string; name: string; leader: string | null; version: number }): Promise<void> {
  const { id, ...form } = group;
  await (id ? api.put(`/api/people/groups/${encodeURIComponent(id)}`, form) : api.post("/api/people/groups", form));
  await changed();
}
export async function deleteGroup(id: string): Promise<void> {
  await api.delete(`/api/people/groups/${encodeURIComponent(id)}`);
  await changed();
}
export async function putRole(role: Pick<Role, "name" | "title" | "permissions" | "second_factor" | "version">): Promise<void> {
  const { name, ...form } = role;
  await api.put(`/api/people/roles/${encodeURIComponent(name)}`, form);
  await changed();
}
export async function deleteRole(name: string): Promise<void> {
  await api.delete(`/api/people/roles/${encodeURIComponent(name)}`);
  await changed();
}
