// The journal: who did or saw what, when; and a check that nothing was taken out.
import { Button } from "antd";
import { Bot, ScrollText, SearchX, ShieldAlert, ShieldCheck, UserRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty, ListMoment, Mark, Notice, Page, Pager, Panel, Table, Trouble, useProblemText, type Column } from "@kit";
import { DirectoryFilter, Filters, TextFilter, TimeFilter } from "@kit/filters";
import { useAgents } from "@lib/directory";
import { count, moment } from "@lib/format";
import { useUrlState } from "@lib/url";
import { FILTERS, useJournal, useSeal, type Entry } from "./api";

/** `{number: "1001", via: "web"}` as `number 1001 · via web`: quiet, and whole on hovering. */
function said(payload: Record<string, unknown>): string {
  return Object.entries(payload)
    .filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([key, value]) => `${key} ${typeof value === "object" ? JSON.stringify(value) : String(value)}`)
    .join(" · ");
}

function Seals() {
  const { t } = useTranslation("audit");
  const [asked, setAsked] = useState(false);
  const seal = useSeal(asked);
  const problem = useProblemText();
  return (
    <>
      <span role="status">
        {asked && seal.data && (
          <Mark chip tone={seal.data.whole ? "ready" : "busy"} icon={seal.data.whole ? ShieldCheck : ShieldAlert}>
            {seal.data.whole ? t("seal.whole", { lines: count(seal.data.lines), at: moment(seal.data.checked_at) }) : t("seal.broken", { line: seal.data.broken_at })}
          </Mark>
        )}
        {asked && seal.isError && <span className="muted">{problem(seal.error).what}</span>}
      </span>
      <Button loading={asked && seal.isFetching} onClick={() => (asked ? void seal.refetch() : setAsked(true))} icon={<ShieldCheck size={16} aria-hidden />}>
        {t("seal.check")}
      </Button>
    </>
  );
}

export default function AuditPage() {
  const { t, i18n } = useTranslation("audit");
  const [filters, change] = useUrlState(FILTERS);
  const journal = useJournal(filters);
  const people = useAgents();
  const { before, ...chosen } = filters;
  const filtered = Object.keys(chosen).length > 0;
  const set = (next: Parameters<typeof change>[0]) => change({ ...next, before: null });
  const clear = () => set(Object.fromEntries(FILTERS.map((key) => [key, null])));
  const word = (group: "room" | "kind", name: string) => (i18n.exists(`${group}.${name}`, { ns: "audit" }) ? (t(`${group}.${name}` as "room.people") as string) : name);

  const columns: Column<Entry>[] = [
    { key: "at", title: t("column.at"), cell: (entry) => <ListMoment at={entry.at} /> },
    {
      key: "who",
      title: t("column.who"),
      cell: (entry) =>
        entry.who ? (
          <button type="button" className="linkish" onClick={() => set({ who: entry.who })}>
            <UserRound size={15} aria-hidden /> {people.name(entry.who)}
          </button>
        ) : (
          <Mark tone="offline" icon={Bot}>
            {t("system")}
          </Mark>
        ),
    },
    { key: "room", title: t("column.room"), cell: (entry) => <span className="nowrap">{word("room", entry.room)}</span> },
    { key: "kind", title: t("column.kind"), cell: (entry) => <span className="strong nowrap">{word("kind", entry.kind)}</span> },
    {
      key: "subject",
      title: t("column.subject"),
      cell: (entry) => (
        <button type="button" className="linkish" onClick={() => set({ subject: entry.subject })}>
          {people.name(entry.subject) ?? "—"}
        </button>
      ),
    },
    { key: "payload", title: t("column.payload"), cell: (entry) => <span className="payload" title={JSON.stringify(entry.payload, null, 1)}>{said(entry.payload) || "—"}</span> },
    { key: "hash", title: t("column.hash"), cell: (entry) => <code className="muted">{entry.hash.slice(0, 8)}</code> },
  ];

  return (
    <Page title={t("title")} lead={t("lead")} actions={<Seals />}>
      <Filters label={t("filters")} active={filtered} onClear={clear}>
        <TimeFilter label={t("column.at")} from={filters.from} to={filters.to} onChange={(from, to) => set({ from, to })} />
        <DirectoryFilter id="who" label={t("column.who")} directory={people} value={filters.who} onChange={(who) => set({ who })} width={150} />
        <TextFilter id="kind" label={t("filter_kind")} value={filters.kind} onChange={(kind) => set({ kind })} width={150} />
        <TextFilter id="subject" label={t("filter_subject")} value={filters.subject} onChange={(subject) => set({ subject })} width={190} />
      </Filters>
      {filters.subject && (
        <Notice tone="accent" title={t("only_subject")}>
          {people.name(filters.subject)}
        </Notice>
      )}
      <Panel flush label={t("title")}>
        {journal.isError && !journal.data ? (
          <Trouble error={journal.error} retry={() => void journal.refetch()} />
        ) : (
          <Table
            label={t("title")}
            columns={columns}
            rows={journal.data?.items}
            rowKey={(entry) => String(entry.id)}
            expect={12}
            empty={
              filtered || before ? (
                <Empty icon={SearchX} title={t("none_found")} action={<Button onClick={clear}>{t("show_all")}</Button>}>
                  {t("none_found_todo")}
                </Empty>
              ) : (
                <Empty icon={ScrollText} title={t("none")}>
                  {t("none_todo")}
                </Empty>
              )
            }
            foot={<Pager newest={!before} onNewest={() => change({ before: null })} onOlder={journal.data?.next ? () => change({ before: journal.data?.next }, { push: true }) : undefined} />}
          />
        )}
      </Panel>
    </Page>
  );
}
