// State that lives in the address: filters, sorting, what is selected. A copied link shows the same page.
import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";

export type UrlState<Key extends string> = Partial<Record<Key, string>>;

/** The named parameters of the address, and a function that changes some of them (empty or null removes). */
export function useUrlState<Key extends string>(keys: readonly Key[]) {
  const [params, setParams] = useSearchParams();
  const joined = keys.join(",");
  const state = useMemo(() => {
    const found: UrlState<Key> = {};
    for (const key of joined.split(",") as Key[]) {
      const value = params.get(key);
      if (value !== null && value !== "") found[key] = value;
    }
    return found;
  }, [params, joined]);
  const change = useCallback(
    (next: Partial<Record<Key, string | null | undefined>>, how: { push?: boolean } = {}) => {
      setParams(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [key, value] of Object.entries(next) as [Key, string | null | undefined][]) {
            if (value == null || value === "") after.delete(key);
            else after.set(key, value);
          }
          return after;
        },
        { replace: !how.push },
      );
    },
    [setParams],
  );
  return [state, change] as const;
}
