// A list in a panel: the page of it that the server gave, or what went wrong, and the ways to newer and older ones. Which page
// it is stands in the address. Loaded with the pages that need it.
import type { UseQueryResult } from "@tanstack/react-query";
import type { ComponentProps } from "react";
import { useUrlState } from "@lib/url";
import { Trouble } from "./feedback";
import { Panel } from "./page";
import { Pager, Table } from "./table";

type ListedProps<Row> = Omit<ComponentProps<typeof Table<Row>>, "rows" | "foot"> & {
  of: UseQueryResult<{ items: Row[]; next?: string | null }>;
  /** The label stands above it, too. */
  titled?: boolean;
  /** What the address calls the place in the list: `before` in time, or `after` a name. */
  cursor?: "before" | "after";
  /** How the ways are worded. */
  words?: "time" | "list";
};

export function Listed<Row>({ of, titled, cursor = "before", words = "time", ...table }: ListedProps<Row>) {
  const [url, change] = useUrlState([cursor]);
  const at = url[cursor];
  const next = of.data?.next;
  const to = (place: string | null, how?: { push: boolean }) => change({ [cursor]: place }, how);
  return (
    <Panel flush {...(titled ? { title: table.label } : { label: table.label })}>
      {of.isError && !of.data ? (
        <Trouble error={of.error} retry={() => void of.refetch()} />
      ) : (
        <Table {...table} rows={of.data?.items} foot={<Pager words={words} newest={!at} onNewest={() => to(null)} onOlder={next ? () => to(next, { push: true }) : undefined} />} />
      )}
    </Panel>
  );
}
