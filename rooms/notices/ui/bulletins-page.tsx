// What centre and branches tell each other: written, read with a receipt, and who has not read it.
import { Button, DatePicker, Input, Select } from "antd";
import dayjs from "dayjs";
import { CheckCheck, Clock, Eye, Megaphone, Siren, TrendingUp, Undo2, UserRound, Wrench, type LucideIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty, Field, Mark, Moment, Notice, Page, Pager, Panel, Skeletons, Table, Trouble, useProblemText } from "@kit";
import { EditDialog } from "@kit/dialog";
import { serverNow } from "@lib/clock";
import { useAgents } from "@lib/directory";
import { useMay } from "@lib/session";
import { useUrlState } from "@lib/url";
import { readBulletin, TOPICS, useBulletins, useReaders, withdrawBulletin, writeBulletin, type Bulletin, type NewBulletin, type Topic } from "./api";
import { BULLETINS } from "./permissions";
import { Tabs } from "./tabs";
import "./notices.css";

const ICON: Record<Topic, LucideIcon> = { fault: Siren, surge: TrendingUp, staff: UserRound, business: Wrench, other: Megaphone };

function WriteDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("notices");
  const people = useAgents();
  const [form, setForm] = useState<NewBulletin>(() => {
    const now = dayjs(serverNow());
    return { topic: "fault", region: "", text: "", valid_from: now.toISOString(), valid_until: now.add(1, "day").toISOString(), must_read: [] };
  });
  const set = (patch: Partial<NewBulletin>) => setForm({ ...form, ...patch });
  return (
    <EditDialog title={t("bulletin.write")} width={680} onClose={onClose} save={t("bulletin.do")} saved={t("bulletin.done")} ready={form.text.trim() !== ""} onSave={() => writeBulletin(form)}>
      <div className="form-grid">
        <Field label={t("bulletin.topic")} htmlFor="b-topic">
          <Select id="b-topic" value={form.topic} onChange={(topic) => set({ topic })} options={TOPICS.map((value) => ({ value, label: t(`topic.${value}`) }))} />
        </Field>
        <Field label={t("bulletin.region")} htmlFor="b-region" help={t("bulletin.region_help")}>
          <Input id="b-region" value={form.region} maxLength={60} onChange={(event) => set({ region: event.target.value })} />
        </Field>
      </div>
      <Field label={t("bulletin.text")} htmlFor="b-text" required>
        <Input.TextArea id="b-text" value={form.text} autoSize={{ minRows: 4, maxRows: 12 }} maxLength={2000} showCount onChange={(event) => set({ text: event.target.value })} />
      </Field>
      <Field label={t("bulletin.valid")}>
        <DatePicker.RangePicker
          aria-label={t("bulletin.valid")}
          showTime={{ format: "HH:mm" }}
          format="YYYY-MM-DD ddd HH:mm"
          allowClear={false}
          value={[dayjs(form.valid_from), dayjs(form.valid_until)]}
          onChange={(range) => range?.[0] && range[1] && set({ valid_from: range[0].toISOString(), valid_until: range[1].toISOString() })}
        />
      </Field>
      <Field label={t("bulletin.must_read")} htmlFor="b-must" help={t("bulletin.must_help")}>
        <Select id="b-must" mode="multiple" value={form.must_read} showSearch={{ optionFilterProp: "label" }} maxTagCount={12} onChange={(must_read: string[]) => set({ must_read })} options={people.all.map((person) => ({ value: person.id, label: people.name(person.id) ?? person.id }))} />
      </Field>
    </EditDialog>
  );
}

function ReadersDialog({ bulletin, onClose }: { bulletin: Bulletin; onClose: () => void }) {
  const { t } = useTranslation("notices");
  const asked = useReaders(bulletin.id);
  const people = useAgents();
  const [why, setWhy] = useState("");
  return (
    <EditDialog
      title={t("bulletin.readers")}
      width={640}
      onClose={onClose}
      readOnly={!bulletin.holds}
      dangerous
      save={t("bulletin.withdraw")}
      saved={t("bulletin.withdrawn")}
      ready={why.trim().length >= 2}
      onSave={() => withdrawBulletin(bulletin, why)}
    >
      <p className="notice-whole">{bulletin.text}</p>
      {asked.isError && !asked.data && <Trouble error={asked.error} retry={() => void asked.refetch()} />}
      {!asked.data && !asked.isError && <Skeletons lines={3} />}
      {asked.data && (
        <Table
          label={t("bulletin.readers")}
          rows={asked.data}
          rowKey={(reader) => reader.person}
          columns={[
            { key: "person", title: t("bulletin.person"), cell: (reader) => people.name(reader.person) },
            { key: "at", title: t("bulletin.read_at"), cell: (reader) => (reader.read_at ? <Moment at={reader.read_at} /> : <span className="muted">{t("bulletin.unread")}</span>) },
            {
              key: "state",
              title: t("column.state"),
              cell: (reader) => (reader.read_at ? <Mark tone="ready" icon={CheckCheck}>{t("bulletin.you_read")}</Mark> : reader.overdue ? <Mark tone="busy" icon={Clock}>{t("bulletin.call")}</Mark> : <Mark tone="wrap" icon={Clock}>{t("bulletin.unread")}</Mark>),
            },
          ]}
          empty={<p className="muted">{t("bulletin.nobody")}</p>}
        />
      )}
      {bulletin.holds && (
        <Field label={t("bulletin.why_withdraw")} htmlFor="b-why" help={t("bulletin.help_withdraw")}>
          <Input id="b-why" value={why} maxLength={200} onChange={(event) => setWhy(event.target.value)} />
        </Field>
      )}
    </EditDialog>
  );
}

function One({ bulletin, mayWrite, onReaders }: { bulletin: Bulletin; mayWrite: boolean; onReaders: () => void }) {
  const { t } = useTranslation("notices");
  const people = useAgents();
  const problem = useProblemText();
  const [failed, setFailed] = useState<unknown>(null);
  const Icon = ICON[bulletin.topic];
  const gone = bulletin.withdrawn_at ? "withdrawn" : !bulletin.holds ? (dayjs(bulletin.valid_from).valueOf() > serverNow() ? "coming" : "over") : null;
  return (
    <article className="bulletin" data-gone={gone ?? undefined}>
      <header className="row">
        <Mark tone={bulletin.topic === "fault" ? "busy" : "accent"} icon={Icon}>{t(`topic.${bulletin.topic}`)}</Mark>
        <b>{bulletin.region || t("bulletin.everywhere")}</b>
        {gone && <Mark tone="offline" icon={gone === "coming" ? Clock : Undo2}>{t(`bulletin.${gone}`)}</Mark>}
        <span className="grow" />
        {bulletin.must && !bulletin.read_at && bulletin.holds && <Mark tone={bulletin.overdue ? "busy" : "wrap"} icon={Clock} chip>{t(bulletin.overdue ? "bulletin.you_late" : "bulletin.you_must")}</Mark>}
        {bulletin.read_at && <Mark tone="ready" icon={CheckCheck}>{t("bulletin.you_read")}</Mark>}
      </header>
      <p className="bulletin-text">{bulletin.text}</p>
      {bulletin.withdrawn_why && <p className="muted">{t("bulletin.why_withdraw")}{t("sep")}{bulletin.withdrawn_why}</p>}
      {failed ? <Notice tone="busy" title={problem(failed).what} /> : null}
      <footer className="row">
        <span className="muted">
          {people.name(bulletin.written_by)} · <Moment at={bulletin.written_at} seconds={false} /> · {t("bulletin.valid")} <Moment at={bulletin.valid_from} seconds={false} /> – <Moment at={bulletin.valid_until} seconds={false} />
        </span>
        <span className="grow" />
        {mayWrite && (
          <Button size="small" icon={<Eye size={15} aria-hidden />} onClick={onReaders}>
            {bulletin.musts > 0 ? t("bulletin.count", { reads: bulletin.reads, musts: bulletin.musts }) : t("bulletin.readers")}
          </Button>
        )}
        {mayWrite && bulletin.late && <Mark tone="busy" icon={Clock}>{t("bulletin.late")}</Mark>}
        {!bulletin.read_at && bulletin.holds && (
          <Button size="small" type={bulletin.must ? "primary" : "default"} icon={<CheckCheck size={15} aria-hidden />} onClick={() => void readBulletin(bulletin.id).catch(setFailed)}>
            {t("bulletin.read")}
          </Button>
        )}
      </footer>
    </article>
  );
}

export default function BulletinsPage() {
  const { t } = useTranslation("notices");
  const [url, change] = useUrlState(["past", "before"] as const);
  const past = url.past === "true";
  const asked = useBulletins(past, url.before);
  const mayWrite = useMay(BULLETINS);
  const [writing, setWriting] = useState(false);
  const [open, setOpen] = useState<Bulletin | null>(null);
  const next = asked.data?.next;
  const write = mayWrite && (
    <Button type="primary" icon={<Megaphone size={16} aria-hidden />} onClick={() => setWriting(true)}>
      {t("bulletin.write")}
    </Button>
  );
  return (
    <Page
      title={t("bulletin.title")}
      lead={t("bulletin.lead")}
      actions={
        <>
          <span className="choose">
            <button type="button" aria-pressed={past} onClick={() => change({ past: past ? null : "true", before: null })}>
              {t("bulletin.past")}
            </button>
          </span>
          {write}
        </>
      }
    >
      <Tabs />
      <Panel flush label={t("bulletin.title")}>
        {asked.isError && !asked.data ? (
          <Trouble error={asked.error} retry={() => void asked.refetch()} />
        ) : !asked.data ? (
          <div className="panel-body">
            <Skeletons lines={6} />
          </div>
        ) : asked.data.items.length === 0 ? (
          <Empty icon={Megaphone} title={t("bulletin.none")} action={write}>
            {t("bulletin.none_todo")}
          </Empty>
        ) : (
          <>
            {asked.data.items.map((bulletin) => (
              <One key={bulletin.id} bulletin={bulletin} mayWrite={mayWrite} onReaders={() => setOpen(bulletin)} />
            ))}
            <Pager newest={!url.before} onNewest={() => change({ before: null })} onOlder={next ? () => change({ before: next }, { push: true }) : undefined} />
          </>
        )}
      </Panel>
      {writing && <WriteDialog onClose={() => setWriting(false)} />}
      {open && <ReadersDialog bulletin={open} onClose={() => setOpen(null)} />}
    </Page>
  );
}
