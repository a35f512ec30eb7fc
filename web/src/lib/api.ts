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

async function request(method: string, path: string, options: { query?: Query; body?: unknown; signal?: AbortSignal; keepalive?: boolean } = {}): Promise<Response> {
  const form = options.body instanceof FormData || options.body instanceof Blob;
  let response: Response;
  try {
    response = await fetch(address(path, options.query), {
      method,
      credentials: "same-origin",
      headers: {
        accept: "application/json",
        ...(options.body !== undefined && !form ? { "content-type": "application/json" } : {}),
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
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

export const api = {
  get: async <T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> =>
    answer<T>(await request("GET", path, { ...(query ? { query } : {}), ...(signal ? { signal } : {}) })),
  /** `keepalive`: it is sent although the page is being left. */
  post: async <T>(path: string, body?: unknown, keepalive = false): Promise<T> => answer<T>(await request("POST", path, { body: body ?? {}, keepalive })),
  put: async <T>(path: string, body: unknown): Promise<T> => answer<T>(await request("PUT", path, { body })),
  patch: async <T>(path: string, body: unknown): Promise<T> => answer<T>(await request("PATCH", path, { body })),
  delete: async <T>(path: string): Promise<T> => answer<T>(await request("DELETE", path)),
  /** Sends a file as it is, under its own type. */
  upload: async <T>(method: "POST" | "PUT", path: string, body: FormData | Blob): Promise<T> => answer<T>(await request(method, path, { body })),
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
