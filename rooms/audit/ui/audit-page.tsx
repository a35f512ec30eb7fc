// The journal: who did or saw what, when; and a check that nothing was taken out.
import { App, Button } from "antd";
import { Bot, ScrollText, ShieldAlert, ShieldCheck, UserRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ListMoment, Mark, Nothing, Notice, Page, useProblemText, type Column } from "@kit";
import { ChoiceFilter, DirectoryFilter, Filters, TextFilter, TimeFilter } from "@kit/filters";
import { useFound } from "@kit/found";
import { Listed } from "@kit/listed";
import { useAgents } from "@lib/directory";
import { count, duration, moment } from "@lib/format";
import { FILTERS, useJournal, useKinds, verify, type Entry, type Verdict } from "./api";

/** `{result: "abandoned", wait_ms: 4000}` as `结果 放弃 · 等待 00:04`; what has no word stands as it was written. */
function useSaid() {
  const { t, i18n } = useTranslation("audit");
  const people = useAgents();
  /** A room's own word comes before the journal's. */
  const word = (room: string, own: string, key: string, name: string) => {
    const found = [{ ns: room, key: own }, { ns: "audit", key }].find(({ ns, key: path }) => i18n.exists(path, { ns }));
    return found ? (t(found.key, { ns: found.ns } as never) as unknown as string) : name;
  };
  const value = (room: string, key: string, what: unknown): string => {
    if (key.endsWith("_ms") && typeof what === "number") return duration(what);
    if (Array.isArray(what)) return what.map((one) => value(room, key, one)).join("、");
    if (typeof what === "object" && what !== null) return payload(room, what as Record<string, unknown>);
    const text = String(what);
    return text.startsWith("pe_") ? (people.name(text) ?? text) : word(room, `${key}.${text}`, `value.${text}`, text);
  };
  const payload = (room: string, of: Record<string, unknown>): string =>
    Object.entries(of)
      .filter(([, what]) => what !== null && what !== undefined && what !== "" && what !== false && what !== 0)
      .map(([key, what]) => {
        const name = word("audit", `key.${key}`, `key.${key}`, key);
        return what === true ? name : `${name} ${value(room, key, what)}`;
      })
      .join(" · ");
  return {
    payload,
    room: (room: string) => word("audit", `room.${room}`, `room.${room}`, word(room, `nav.${room}`, `nav.${room}`, room)),
    kind: (room: string, kind: string) => word(room, `happened.${kind}`, `kind.${kind}`, kind),
  };
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
  const { t } = useTranslation("audit");
  const found = useFound(FILTERS, "after");
  const { filters, set } = found;
  const journal = useJournal(filters);
  const people = useAgents();
  const kinds = useKinds();
  const said = useSaid();
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
    { key: "room", title: t("column.room"), cell: (entry) => <span className="nowrap">{said.room(entry.room)}</span> },
    { key: "kind", title: t("column.kind"), cell: (entry) => <span className="strong nowrap">{said.kind(entry.room, entry.kind)}</span> },
    {
      key: "subject",
      title: t("column.subject"),
      cell: (entry) => (
        <button type="button" className="linkish" onClick={() => set({ subject: entry.subject })}>
          {people.name(entry.subject) ?? "—"}
        </button>
      ),
    },
    { key: "payload", title: t("column.payload"), cell: (entry) => <span className="payload" title={JSON.stringify(entry.payload, null, 1)}>{said.payload(entry.room, entry.payload) || "—"}</span> },
    { key: "hash", title: t("column.hash"), cell: (entry) => <code className="muted">{entry.hash.slice(0, 8)}</code> },
  ];

  return (
    <Page title={t("title")} lead={t("lead")} actions={<Seals />}>
      <Filters label={t("filters")} active={found.filtered} onClear={found.clear}>
        <TimeFilter label={t("column.at")} from={filters.from} to={filters.to} onChange={(from, to) => set({ from, to })} />
        <DirectoryFilter id="who" label={t("column.who")} directory={people} value={filters.who} onChange={(who) => set({ who })} width={150} />
        <ChoiceFilter
          id="kind"
          label={t("filter_kind")}
          width={190}
          value={filters.room && filters.kind ? `${filters.room}.${filters.kind}` : undefined}
          onChange={(key) => set({ room: key?.split(".")[0] ?? null, kind: key?.split(".")[1] ?? null })}
          options={(kinds.data ?? []).map(({ room, kind }) => ({ value: `${room}.${kind}`, label: `${said.room(room)} · ${said.kind(room, kind)}`, search: `${said.room(room)} ${said.kind(room, kind)}` }))}
        />
        <TextFilter id="subject" label={t("filter_subject")} value={filters.subject} onChange={(subject) => set({ subject })} width={190} />
      </Filters>
      {filters.subject && (
        <Notice tone="accent" title={t("only_subject")}>
          {people.name(filters.subject)}
        </Notice>
      )}
      <Listed
        label={t("title")}
        columns={columns}
        of={journal}
        cursor="after"
        rowKey={(entry) => String(entry.id)}
        expect={12}
        empty={<Nothing filtered={found.filtered || filters.after !== undefined} found={[t("none_found"), t("none_found_todo")]} onAll={found.clear} icon={ScrollText} none={[t("none"), t("none_todo")]} />}
      />
    </Page>
  );
}
