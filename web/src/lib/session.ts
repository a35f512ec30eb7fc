// Who is signed in and what they may do. The server decides; the browser only hides or greys what would be refused.
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, Problem, queries } from "./api";
import { forgetServerTime, heardServerTime } from "./clock";

export interface Me {
  id: string;
  /** The sign-in name; for an agent the agent number (工号). */
  number: string;
  name: string;
  permissions: string[];
  /** Nothing else can be done before. */
  must_change_password: boolean;
  /** A role demands a second factor, and there is none: nothing else can be done before. */
  must_add_second_factor: boolean;
  /** The centre's name, shown at the top of every page. */
  centre: string | null;
  /** Simulated people and demo sign-ins are offered. */
  demo: boolean;
}

const KEPT = "person";

/** Who works on without a network, and after the page was opened anew without one. Null: nobody any more. */
export function keepPerson(me: Me | null): void {
  try {
    if (me) localStorage.setItem(KEPT, JSON.stringify(me));
    else localStorage.removeItem(KEPT);
  } catch {
    // Then the page opens with a network only.
  }
}

function keptPerson(): Me | null {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "null") as Me | null;
  } catch {
    return null;
  }
}

export const ME = queryOptions({
  queryKey: ["me"],
  staleTime: 60_000,
  queryFn: async ({ signal }): Promise<Me | null> => {
    try {
      const me = await api.get<Me & { at?: string }>("/api/me", undefined, signal);
      if (me.at) heardServerTime(me.at);
      return me;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.status === 401) {
        keepPerson(null);
        return null;
      }
      // No network, or nobody behind the proxy: whoever was here last stays; each answer of the server is for the real one.
      const kept = error.status === 0 || error.status >= 502 ? keptPerson() : null;
      if (kept) return kept;
      throw error;
    }
  },
});

export function useMe() {
  return useQuery(ME);
}

/** Whether somebody has the permission, or any of several. */
export function may(me: Me | null | undefined, permission: string | string[] | undefined): boolean {
  if (!permission) return true;
  return [permission].flat().some((key) => me?.permissions.includes(key) ?? false);
}

export function useMay(permission: string | string[] | undefined): boolean {
  return may(useMe().data, permission);
}

/** `code` is asked for (`people.code_missing`) where there is a second factor. */
export async function signIn(user: string, password: string, code?: string): Promise<void> {
  const answer = await api.post<{ at?: string } | undefined>("/api/sign_in", { user, password, ...(code ? { code } : {}) });
  if (answer?.at) heardServerTime(answer.at);
  queries.clear();
  await queries.invalidateQueries({ queryKey: ME.queryKey });
}

const leaving = new Set<() => void>();

/** Calls back when the person at this window signs out. */
export function whenSigningOut(act: () => void): () => void {
  leaving.add(act);
  return () => leaving.delete(act);
}

export async function signOut(): Promise<void> {
  for (const act of leaving) act();
  keepPerson(null);
  await api.post("/api/sign_out").catch(() => undefined);
  forgetServerTime();
  queries.clear();
}

export async function changePassword(present: string, next: string): Promise<void> {
  await api.put("/api/me/password", { present, new: next });
  await queries.invalidateQueries({ queryKey: ME.queryKey });
}

/** A centre without people waits for its first one, who comes with the link that the program printed. */
export function useSetup() {
  return useQuery({ queryKey: ["setup"], staleTime: 0, retry: false, queryFn: ({ signal }) => api.get<{ needed: boolean; centre: string | null }>("/api/setup", undefined, signal) });
}

export async function setUp(first: { token: string; number: string; name: string; password: string }): Promise<void> {
  await api.post("/api/setup", first);
}
