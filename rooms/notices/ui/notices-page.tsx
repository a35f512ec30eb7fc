// Every notice that was sent or waits: to whom, what it says, what became of it.
import { Button } from "antd";
import { MessageSquareText, Send } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { ListMoment, Nothing, Notice, Page } from "@kit";
import { ChoiceFilter, Filters, TextFilter } from "@kit/filters";
import { useFound } from "@kit/found";
import { Listed } from "@kit/listed";
import { useMay } from "@lib/session";
import { CHANNELS, FILTERS, STATES, useNotices, useTemplates, useWays } from "./api";
import { NoticeDialog } from "./notice-dialog";
import { SEND } from "./permissions";
import { SendDialog } from "./send-dialog";
import { Tabs } from "./tabs";
import { UnsignedNotice } from "./unsigned";
import { ChannelWord, StateMark, useWhy } from "./words";
import "./notices.css";

/** What waits because there is no way out, and why. */
function Stuck() {
  const { t } = useTranslation("notices");
  const ways = useWays();
  const stuck = ways.data?.filter((way) => !way.ready && (way.gateway !== null || way.waiting > 0)) ?? [];
  return stuck.map((way) => {
    // Its way is the telephone, which works: what is missing is the voice.
    const mute = way.channel === "voice" && way.gateway !== null;
    const why = mute ? t("way.mute_todo", { why: way.why }) : way.why;
    return (
      <Notice key={way.channel} tone="wrap" title={mute ? t("way.mute") : t(way.gateway ? "way.lost" : "way.none", { channel: t(`channel.${way.channel}`) })}>
        {[way.waiting > 0 ? t("way.waiting", { count: way.waiting }) : "", why].filter(Boolean).join(t("sep"))}
      </Notice>
    );
  });
}

export default function NoticesPage() {
  const { t } = useTranslation("notices");
  const found = useFound(FILTERS);
  const { filters } = found;
  const notices = useNotices(filters);
  const templates = useTemplates();
  const maySend = useMay(SEND);
  const why = useWhy();
  const [sending, setSending] = useState(false);
  const names = useMemo(() => new Map((templates.data ?? []).map((template) => [template.code, template.name])), [templates.data]);
  const open = (id: string | null) => found.set({ open: id });
  const active = Object.keys(filters).some((key) => key !== "open" && key !== "before");
  const clear = () => found.set({ state: null, channel: null, template: null, to: null });
  return (
    <Page
      title={t("nav.notices")}
      lead={t("list.lead")}
      actions={
        maySend && (
          <Button type="primary" icon={<Send size={16} aria-hidden />} onClick={() => setSending(true)}>
            {t("send.title")}
          </Button>
        )
      }
    >
      <Tabs />
      <UnsignedNotice />
      <Stuck />
      <Filters label={t("list.filters")} active={active} onClear={clear}>
        <TextFilter id="to" label={t("column.to")} width={170} value={filters.to} onChange={(to) => found.set({ to })} />
        <ChoiceFilter id="state" label={t("column.state")} width={130} value={filters.state} onChange={(state) => found.set({ state })} options={STATES.map((value) => ({ value, label: t(`state.${value}`) }))} />
        <ChoiceFilter id="channel" label={t("column.channel")} value={filters.channel} onChange={(channel) => found.set({ channel })} options={CHANNELS.map((value) => ({ value, label: t(`channel.${value}`) }))} />
        <ChoiceFilter id="template" label={t("column.template")} width={190} value={filters.template} onChange={(template) => found.set({ template })} options={[...names].map(([value, label]) => ({ value, label, search: `${label} ${value}` }))} />
      </Filters>
      <Listed
        label={t("nav.notices")}
        of={notices}
        rowKey={(notice) => notice.id}
        onOpen={(notice) => open(notice.id)}
        expect={12}
        columns={[
          { key: "at", title: t("column.at"), cell: (notice) => <button type="button" className="linkish" onClick={() => open(notice.id)}><ListMoment at={notice.created_at} /></button> },
          { key: "to", title: t("column.to"), cell: (notice) => <span className="nowrap">{notice.to}</span> },
          { key: "channel", title: t("column.channel"), cell: (notice) => <ChannelWord channel={notice.channel} /> },
          { key: "template", title: t("column.template"), cell: (notice) => <span className="nowrap">{names.get(notice.template) ?? notice.template}</span> },
          { key: "text", title: t("column.text"), cell: (notice) => <span className="notice-text">{notice.text}</span> },
          {
            key: "state",
            title: t("column.state"),
            width: 200,
            cell: (notice) => (
              <>
                <StateMark state={notice.state} />
                {(notice.why || notice.detail) && <p className="muted">{why(notice)}</p>}
              </>
            ),
          },
        ]}
        empty={<Nothing filtered={active || filters.before !== undefined} found={[t("list.none_found"), t("list.none_found_todo")]} onAll={clear} icon={MessageSquareText} none={[t("list.none"), t("list.none_todo")]} />}
      />
      {filters.open && <NoticeDialog key={filters.open} id={filters.open} names={names} onClose={() => open(null)} />}
      {sending && templates.data && <SendDialog templates={templates.data} onClose={() => setSending(false)} />}
    </Page>
  );
}
