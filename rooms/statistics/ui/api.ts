// What the server says about the figures K19 to K29, and the question to it. Names and units as on the wire.
import { useQuery } from "@tanstack/react-query";
import { api } from "@lib/api";
import type { Words } from "@lib/words";

export const FIGURES = ["k19", "k20", "k21", "k22", "k23_dispatch", "k23_arrive", "k24", "k25", "k26", "k27", "k28", "k29"] as const;
export type Figure = (typeof FIGURES)[number];
/** Of calls: these belong to no unit, kind or area, but to a class of reasons. */
export const CONTACTS = ["k19", "k20", "k21"] as const;
export const BYS = ["unit", "kind", "area"] as const;
export type By = (typeof BYS)[number];

export interface Rate {
  of: number;
  out_of: number;
  /** 0 to 1; null of nothing. */
  share: number | null;
}
/** Null: not told apart by what the line stands for. */
export type Figures = Record<Figure, Rate | null>;
export interface Line extends Figures {
  key: string | null;
}
export interface ClassLine extends Record<(typeof CONTACTS)[number], Rate> {
  code: string;
  title: Words;
}
export interface Figured {
  total: Figures;
  lines: Line[];
  classes: ClassLine[];
}

export const useStatistics = (from: string, to: string, by: By) =>
  useQuery({ queryKey: ["statistics", from, to, by], queryFn: ({ signal }) => api.get<Figured>("/api/statistics", { from, to, by }, signal) });
