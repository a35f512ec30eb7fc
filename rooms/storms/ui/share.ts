// A rate as people read it, with its unit; without a base there is none.
import { percent } from "@lib/format";

export const share = (rate: number | null | undefined, digits = 1): string => (rate == null ? "—" : `${percent(rate, digits)}%`);
