// The journal: who did or saw what, when; and a check that nothing was taken out.
import { App, Button } from "antd";
import { Bot, ScrollText, SearchX, ShieldAlert, ShieldCheck, UserRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty, ListMoment, Mark, Notice, Page, Pager, Panel, Table, Trouble, useProblemText, type Column } from "@kit";
import { ChoiceFilter, DirectoryFilter, Filters, TextFilter, TimeFilter } from "@kit/filters";
import { useAgents } from "@lib/directory";
import { count, duration, moment } from "@lib/format";
import { useUrlState } from "@lib/url";
import { FILTERS, useJournal, useKinds, verify, type Entry, type Verdict } from "./api";

/** `{result: "abandoned", wait_ms: 4000}` as `结果 放弃 · 等待 00:04`; what has no word stands as it was written. */
function useSaid() {
  const { t, i18n } = useTranslation("audit");
  const word = (group: "key" | "value", name: string) => (i18n.exists(`${group}.${name}`, { ns: "audit" }) ? t(`${group}.${name}` as "key.address") : name);
  const value = (key: string, what: unknown) => (key.endsWith("_ms") && typeof what === "number" ? duration(what) : typeof what === "object" ? JSON.stringify(what) : word("value", String(what)));
  return (payload: Record<string, unknown>): string =>
    Object.entries(payload)
      .filter(([, what]) => what !== null && what !== undefined && what !== "" && what !== false)
      .map(([key, what]) => (what === true ? word("key", key) : `${word("key", key)} ${value(key, what)}`))
      .join(" · ");
}

function Seals() {
  const { t } = useTranslation("audit");
  const { message } = App.useApp();
  const problem = useProblemText();
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [busy, setBusy] = useState(false);
  const check = async () => {
    setBusy(true);
    try {
      setVerdict(await verify());
    } catch (error) {
      message.error(problem(error).what);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <span role="status">
        {verdict && (
          <Mark chip tone={verdict.is_whole ? "ready" : "busy"} icon={verdict.is_whole ? ShieldCheck : ShieldAlert}>
            {verdict.is_whole ? t("seal.whole", { lines: count(verdict.lines), at: moment(verdict.at) }) : t("seal.broken", { line: verdict.broken_at })}
          </Mark>
        )}
      </span>
      <Button loading={busy} onClick={() => void check()} icon={<ShieldCheck size={16} aria-hidden />}>
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
  const kinds = useKinds();
  const said = useSaid();
  const { after, ...chosen } = filters;
  const filtered = Object.keys(chosen).length > 0;
  const set = (next: Parameters<typeof change>[0]) => change({ ...next, after: null });
  const clear = () => set(Object.fromEntries(FILTERS.map((key) => [key, null])));
  const word = (group: "room" | "kind", name: string) => (i18n.exists(`${group}.${name}`, { ns: "audit" }) ? (t(`${group}.${name}` as "room.people") as string) : name);

  const columns: Column<Entry>[] = [
    { key: "number", title: t("column.number"), num: true, cell: (entry) => <span className="muted">{entry.number}</span> },
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
        <ChoiceFilter
          id="kind"
          label={t("filter_kind")}
          width={190}
          value={filters.room && filters.kind ? `${filters.room}.${filters.kind}` : undefined}
          onChange={(key) => set({ room: key?.split(".")[0] ?? null, kind: key?.split(".")[1] ?? null })}
          options={(kinds.data ?? []).map(({ room, kind }) => ({ value: `${room}.${kind}`, label: `${word("room", room)} · ${word("kind", kind)}`, search: `${word("room", room)} ${word("kind", kind)}` }))}
        />
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
              filtered || after ? (
                <Empty icon={SearchX} title={t("none_found")} action={<Button onClick={clear}>{t("show_all")}</Button>}>
                  {t("none_found_todo")}
                </Empty>
              ) : (
                <Empty icon={ScrollText} title={t("none")}>
                  {t("none_todo")}
                </Empty>
              )
            }
            foot={<Pager newest={!after} onNewest={() => change({ after: null })} onOlder={journal.data?.next ? () => change({ after: journal.data?.next }, { push: true }) : undefined} />}
          />
        )}
      </Panel>
    </Page>
  );
}
