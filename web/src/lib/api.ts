// Talking to the server: one place for the address, the query, the body and what a refusal looks like.
import { keepPreviousData, QueryCache, QueryClient } from "@tanstack/react-query";

/** The server said no, or could not be reached. `code` chooses the sentence in the message files. */
export class Problem extends Error {
  constructor(
    /** The HTTP status; 0 when no answer came. */
    readonly status: number,
    /** Such as `people.wrong_password`; `app.unreachable` when no answer came. */
    readonly code: string,
    readonly params: Record<string, unknown> = {},
  ) {
    super(`${status} ${code}`);
  }
}

export type Query = Record<string, string | number | boolean | null | undefined>;

export function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") search.set(key, String(value));
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

async function problemOf(response: Response): Promise<Problem> {
  const fallback = `app.http_${response.status}`;
  try {
    const body = (await response.json()) as { code?: unknown; params?: unknown };
    const code = typeof body.code === "string" ? body.code : fallback;
    return new Problem(response.status, code, (body.params ?? {}) as Record<string, unknown>);
  } catch {
    return new Problem(response.status, fallback);
  }
}

/** An answer that has not come by then does not come: a network that swallows everything is no network. */
const ANSWER_MS = 30_000;
const UPLOAD_MS = 120_000;

interface Options {
  query?: Query;
  body?: unknown;
  signal?: AbortSignal;
  keepalive?: boolean;
  /** Whose it is, where it was entered some time ago: the server does it in no other name. */
  person?: string;
}

/** Ends after so many ms, or when the caller's ends. `done` gives the clock back. */
function limited(ms: number, outer?: AbortSignal): { signal: AbortSignal; late: () => boolean; done: () => void } {
  const control = new AbortController();
  let late = false;
  const end = () => control.abort();
  const timer = setTimeout(() => {
    late = true;
    end();
  }, ms);
  if (outer?.aborted) end();
  outer?.addEventListener("abort", end);
  const done = () => {
    clearTimeout(timer);
    outer?.removeEventListener("abort", end);
  };
  return { signal: control.signal, late: () => late, done };
}

async function request<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const file = options.body instanceof FormData || options.body instanceof Blob;
  const limit = limited(file ? UPLOAD_MS : ANSWER_MS, options.signal);
  try {
    return await answer<T>(await asked(method, path, { ...options, signal: limit.signal }));
  } catch (error) {
    if (limit.late()) throw new Problem(0, "app.unreachable");
    throw error;
  } finally {
    limit.done();
  }
}

async function asked(method: string, path: string, options: Options): Promise<Response> {
  const form = options.body instanceof FormData || options.body instanceof Blob;
  let response: Response;
  try {
    response = await fetch(address(path, options.query), {
      method,
      credentials: "same-origin",
      headers: {
        accept: "application/json",
        ...(options.body !== undefined && !form ? { "content-type": "application/json" } : {}),
        ...(options.person ? { "x-switchboard-person": options.person } : {}),
      },
      ...(options.body !== undefined ? { body: form ? (options.body as BodyInit) : JSON.stringify(options.body) } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
      ...(options.keepalive ? { keepalive: true } : {}),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem(0, "app.unreachable");
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function answer<T>(response: Response): Promise<T> {
  if (response.status === 204) return undefined as T;
  try {
    const text = await response.text();
    return (text ? JSON.parse(text) : undefined) as T;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    // Cut off in the middle, or not from our server: no answer.
    throw new Problem(0, "app.unreachable");
  }
}

export const api = {
  get: async <T>(path: string, query?: Query, signal?: AbortSignal, person?: string): Promise<T> =>
    request<T>("GET", path, { ...(query ? { query } : {}), ...(signal ? { signal } : {}), ...(person ? { person } : {}) }),
  /** `keepalive`: it is sent although the page is being left. */
  post: async <T>(path: string, body?: unknown, keepalive = false, person?: string): Promise<T> => request<T>("POST", path, { body: body ?? {}, keepalive, ...(person ? { person } : {}) }),
  put: async <T>(path: string, body: unknown): Promise<T> => request<T>("PUT", path, { body }),
  patch: async <T>(path: string, body: unknown): Promise<T> => request<T>("PATCH", path, { body }),
  delete: async <T>(path: string): Promise<T> => request<T>("DELETE", path),
  /** Sends a file as it is, under its own type. */
  upload: async <T>(method: "POST" | "PUT", path: string, body: FormData | Blob, person?: string): Promise<T> => request<T>(method, path, { body, ...(person ? { person } : {}) }),
};

export const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    // The session has ended: asking who is signed in leads to the sign-in, and back here afterwards.
    onError: (error) => {
      if (error instanceof Problem && error.status === 401) void queries.invalidateQueries({ queryKey: ["me"] });
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      placeholderData: keepPreviousData,
      // A refusal stays a refusal; a lost network is worth another try.
      retry: (times, error) => times < 2 && !(error instanceof Problem && error.status >= 400 && error.status < 500),
      refetchOnWindowFocus: false,
    },
  },
});
