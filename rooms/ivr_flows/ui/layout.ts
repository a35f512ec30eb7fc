// Where each step of a flow is drawn: columns by the shortest way from the start, rows in the order callers meet them.
import type { Graph } from "./api";

export interface Placed {
  name: string;
  x: number;
  y: number;
}

export const NODE_W = 220;
export const NODE_H = 74;
const GAP_X = 84;
const GAP_Y = 22;

/** Every node once; what nothing leads to stands in a last column of its own. */
export function place(graph: Graph): Placed[] {
  const out = new Map<string, string[]>();
  for (const edge of graph.edges) out.set(edge.from, [...(out.get(edge.from) ?? []), edge.to]);
  const known = new Set(graph.nodes.map((node) => node.name));
  const depth = new Map<string, number>();
  const order: string[] = [];
  let wave = known.has(graph.start) ? [graph.start] : [];
  for (let level = 0; wave.length > 0; level += 1) {
    const next: string[] = [];
    for (const name of wave) {
      if (depth.has(name)) continue;
      depth.set(name, level);
      order.push(name);
      for (const to of out.get(name) ?? []) if (known.has(to) && !depth.has(to)) next.push(to);
    }
    wave = next;
  }
  const last = Math.max(-1, ...depth.values()) + 1;
  for (const node of graph.nodes) {
    if (depth.has(node.name)) continue;
    depth.set(node.name, last);
    order.push(node.name);
  }
  const rows = new Map<number, number>();
  const tallest = Math.max(...[...depth.values()].map((d) => [...depth.values()].filter((other) => other === d).length), 1);
  const count = new Map<number, number>();
  for (const d of depth.values()) count.set(d, (count.get(d) ?? 0) + 1);
  return order.map((name) => {
    const column = depth.get(name) ?? 0;
    const row = rows.get(column) ?? 0;
    rows.set(column, row + 1);
    // Short columns stand in the middle of the tall ones.
    const top = ((tallest - (count.get(column) ?? 1)) * (NODE_H + GAP_Y)) / 2;
    return { name, x: column * (NODE_W + GAP_X), y: top + row * (NODE_H + GAP_Y) };
  });
}

/** The line where a node begins in the source, 1-based; nodes written in place belong to the node that holds them. */
export function lineOf(source: string, node: string | null): number | null {
  if (!node) return null;
  const outer = node.split("/")[0] ?? node;
  const pattern = new RegExp(`^\\s*name\\s*=\\s*(["'])${outer.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}\\1`);
  const at = source.split("\n").findIndex((line) => pattern.test(line));
  return at < 0 ? null : at + 1;
}
