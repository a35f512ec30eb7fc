// What the first page needs is asked for at once, not one after the other: who is signed in, the page's own part of the
// program, and what stands in the bar. Each is asked for again, in vain, by whoever shows it.
import { matchPath } from "react-router";
import { queries } from "@lib/api";
import { ME } from "@lib/session";
import { rooms } from "./rooms";

/** Where nobody is signed in yet. */
const OUTSIDE = ["/sign-in", "/setup"];

export function warm(path: string): void {
  if (OUTSIDE.includes(path)) return;
  void queries.prefetchQuery(ME);
  // `calls/desk` before `calls/:id`.
  const fitting = rooms.flatMap(({ routes }) => routes).filter((route) => matchPath(`/${route.path}`, path));
  const parts = [(fitting.find((route) => !route.path.includes(":")) ?? fitting[0])?.page, ...rooms.map(({ slots }) => slots?.["shell.bar"])];
  for (const part of parts) if (typeof part === "function") void part().catch(() => undefined);
}
