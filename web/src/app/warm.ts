// What the first page needs is asked for at once, not one after the other: who is signed in, the page's own part of the
// program, and what stands in the bar. Whoever shows it asks in the same words, and finds that it is on its way.
import { matchRoutes } from "react-router";
import { queries } from "@lib/api";
import { ME } from "@lib/session";
import { rooms } from "./rooms";

/** Where nobody is signed in yet. */
const OUTSIDE = ["/sign-in", "/setup"];

export function warm(path: string): void {
  if (OUTSIDE.includes(path)) return;
  void queries.prefetchQuery(ME);
  // As the router will choose: `calls/desk` before `calls/:id`.
  const page = matchRoutes(rooms.flatMap(({ routes }) => routes), path)?.at(-1)?.route.page;
  const parts = [page, ...rooms.map(({ slots }) => slots?.["shell.bar"])];
  for (const part of parts) if (typeof part === "function") void part().catch(() => undefined);
}
