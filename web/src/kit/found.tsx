// A page that finds what lies in the past by who, when and how long: the filters every such list has, and the list.
// What is chosen lives in the address; the list pages by cursor.
import type { UseQueryResult } from "@tanstack/react-query";
import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import type { Directory } from "@lib/directory";
import { useUrlState } from "@lib/url";
import { Nothing } from "./feedback";
import { DirectoryFilter, Filters, SecondsFilter, TextFilter, TimeFilter } from "./filters";
import { Listed } from "./listed";
import { Page } from "./page";
import type { Column } from "./table";

type Common = "number" | "agent" | "queue" | "from" | "to" | "min_s" | "max_s" | "before";

/** The filters as they stand in the address; a new one starts at the first page again. */
export function useFound<Key extends string>(keys: readonly Key[], cursor: "before" | "after" = "before") {
  const [filters, change] = useUrlState(keys);
  const all = filters as Partial<Record<Common, string>>;
  const set = (next: Partial<Record<string, string | null | undefined>>) => change({ ...next, [cursor]: null } as Parameters<typeof change>[0]);
  return {
    filters,
    common: all,
    filtered: Object.keys(all).some((key) => key !== cursor),
    set,
    clear: () => set(Object.fromEntries(keys.map((key) => [key, null]))),
  };
}

interface FoundProps<Row> {
  found: Pick<ReturnType<typeof useFound>, "common" | "filtered" | "set" | "clear">;
  query: UseQueryResult<{ items: Row[]; next?: string | null }>;
  columns: Column<Row>[];
  rowKey: (row: Row) => string;
  to: (row: Row) => string;
  agents: Directory;
  queues: Directory;
  /** Filters of this list alone. */
  children?: ReactNode;
  icon: LucideIcon;
  words: Record<"title" | "lead" | "filters" | "number" | "at" | "queue" | "agent" | "length" | "none" | "none_todo" | "none_found" | "none_found_todo", string>;
}

export function FoundPage<Row>({ found, query, columns, rowKey, to, agents, queues, children, icon, words }: FoundProps<Row>) {
  const { common, filtered, set, clear } = found;
  return (
    <Page title={words.title} lead={words.lead}>
      <Filters label={words.filters} active={filtered} onClear={clear}>
        <TextFilter id="number" label={words.number} digits value={common.number} onChange={(number) => set({ number })} />
        <TimeFilter label={words.at} from={common.from} to={common.to} onChange={(from, to) => set({ from, to })} />
        {children}
        <DirectoryFilter id="queue" label={words.queue} directory={queues} value={common.queue} onChange={(queue) => set({ queue })} />
        <DirectoryFilter id="agent" label={words.agent} directory={agents} value={common.agent} onChange={(agent) => set({ agent })} />
        <SecondsFilter label={words.length} min={common.min_s} max={common.max_s} onChange={(min_s, max_s) => set({ min_s, max_s })} />
      </Filters>
      <Listed
        label={words.title}
        columns={columns}
        of={query}
        rowKey={rowKey}
        to={to}
        expect={12}
        empty={<Nothing filtered={filtered || common.before !== undefined} found={[words.none_found, words.none_found_todo]} onAll={clear} icon={icon} none={[words.none, words.none_todo]} />}
      />
    </Page>
  );
}
