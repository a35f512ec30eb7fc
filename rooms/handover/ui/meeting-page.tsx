// The meeting before a shift: what was said, who was there and looked proper, and who has read it. Leaders write it, those present tick it.
import { App, Button, Checkbox, Input, Select } from "antd";
import { CheckCheck, CircleCheckBig, CircleSlash, Clock3, Plane, Users, UserRoundX, type LucideIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Choose, Empty, Field, Mark, Notice, Page, Panel, Skeletons, Table, Trouble, useProblemText, type Tone } from "@kit";
import { useAgents } from "@lib/directory";
import { clock } from "@lib/format";
import { useMay } from "@lib/session";
import { useUrlState } from "@lib/url";
import { ATTENDANCES, putMeeting, readMeeting, TOPICS, useMeeting, useNow, type Attendance, type Meeting, type Minutes } from "./api";
import { Short, Tabs } from "./marks";
import { SEE } from "./permissions";
import { ChooseTeam, teamKey } from "./team";

const LOOKS: Record<Attendance, [Tone, LucideIcon]> = {
  on_time: ["ready", CircleCheckBig],
  late: ["wrap", Clock3],
  leave: ["offline", Plane],
  absent: ["busy", UserRoundX],
};

function Said({ meeting }: { meeting: Meeting }) {
  const { t } = useTranslation("handover");
  return (
    <div className="handover-sections">
      {TOPICS.map((topic) => (
        <Field key={topic} label={t(`meeting_topic.${topic}`)}>
          <p className="handover-content">{meeting.minutes.said[topic] || "—"}</p>
        </Field>
      ))}
    </div>
  );
}

function People({ meeting }: { meeting: Meeting }) {
  const { t } = useTranslation("handover");
  const agents = useAgents();
  const read = new Map(meeting.readers.map((reader) => [reader.person, reader.at]));
  return (
    <Table
      label={t("meeting.present")}
      rows={meeting.minutes.present}
      rowKey={(one) => one.person}
      empty={<Empty icon={Users} title={t("meeting.nobody")}>{t("meeting.nobody_todo")}</Empty>}
      columns={[
        { key: "person", title: t("meeting.person"), cell: (one) => agents.name(one.person) },
        { key: "attendance", title: t("meeting.attendance"), cell: (one) => <Mark tone={LOOKS[one.attendance][0]} icon={LOOKS[one.attendance][1]}>{t(`attendance.${one.attendance}`)}</Mark> },
        { key: "proper", title: t("meeting.proper"), cell: (one) => (one.attendance === "leave" || one.attendance === "absent" ? "—" : one.proper ? t("meeting.proper_yes") : <Mark tone="wrap" icon={CircleSlash}>{t("meeting.proper_no")}</Mark>) },
        { key: "read", title: t("meeting.read"), cell: (one) => { const at = read.get(one.person); return at ? <Short at={at} /> : <span className="muted">{t("meeting.unread")}</span>; } },
      ]}
    />
  );
}

function Write({ meeting, onDone }: { meeting: Meeting; onDone: () => void }) {
  const { t } = useTranslation("handover");
  const { message } = App.useApp();
  const problem = useProblemText();
  const agents = useAgents();
  const [form, setForm] = useState<Minutes>({ ...meeting.minutes, said: { ...meeting.minutes.said, previous: meeting.minutes.said.previous || meeting.summary } });
  const [busy, setBusy] = useState(false);
  const named = new Set(form.present.map((one) => one.person));
  const one = (person: string, patch: Partial<Minutes["present"][number]>) => setForm({ ...form, present: form.present.map((other) => (other.person === person ? { ...other, ...patch } : other)) });
  const save = () => {
    setBusy(true);
    putMeeting(meeting.shift.id, form, meeting.version)
      .then(onDone)
      .catch((error: unknown) => message.error(problem(error).what))
      .finally(() => setBusy(false));
  };
  return (
    <>
      <Panel title={t("meeting.said")}>
        <div className="handover-sections">
          {TOPICS.map((topic) => (
            <Field key={topic} label={t(`meeting_topic.${topic}`)} htmlFor={`m-${topic}`}>
              <Input.TextArea id={`m-${topic}`} autoSize={{ minRows: 2, maxRows: 10 }} maxLength={2000} value={form.said[topic] ?? ""} onChange={(event) => setForm({ ...form, said: { ...form.said, [topic]: event.target.value } })} />
            </Field>
          ))}
        </div>
      </Panel>
      <Panel
        flush
        title={t("meeting.present")}
        extra={
          <Select<string | null>
            aria-label={t("meeting.add")}
            style={{ width: 220 }}
            value={null}
            placeholder={t("meeting.add")}
            showSearch={{ filterOption: (text, option) => String(option?.label ?? "").includes(text) }}
            options={agents.all.filter((agent) => !named.has(agent.id)).map((agent) => ({ value: agent.id, label: agents.name(agent.id) }))}
            onChange={(person: string | null) => person && setForm({ ...form, present: [...form.present, { person, attendance: "on_time", proper: true }] })}
          />
        }
      >
        <Table
          label={t("meeting.present")}
          rows={form.present}
          rowKey={(row) => row.person}
          empty={<Empty icon={Users} title={t("meeting.nobody")}>{t("meeting.add_todo")}</Empty>}
          columns={[
            { key: "person", title: t("meeting.person"), cell: (row) => agents.name(row.person) },
            { key: "attendance", title: t("meeting.attendance"), cell: (row) => <Choose small label={t("meeting.attendance")} value={row.attendance} items={ATTENDANCES.map((key) => ({ key, label: t(`attendance.${key}`) }))} onChoose={(attendance) => one(row.person, { attendance })} /> },
            { key: "proper", title: t("meeting.proper"), cell: (row) => <Checkbox aria-label={t("meeting.proper")} checked={row.proper} onChange={(event) => one(row.person, { proper: event.target.checked })} /> },
            { key: "remove", title: "", cell: (row) => <Button type="text" size="small" onClick={() => setForm({ ...form, present: form.present.filter((other) => other.person !== row.person) })}>{t("meeting.remove")}</Button> },
          ]}
        />
      </Panel>
      <div className="row">
        <span className="grow" />
        <Button onClick={onDone}>{t("meeting.cancel")}</Button>
        <Button type="primary" loading={busy} onClick={save}>{t("meeting.save")}</Button>
      </div>
    </>
  );
}

export default function MeetingPage() {
  const { t } = useTranslation("handover");
  const { message } = App.useApp();
  const problem = useProblemText();
  const [url, change] = useUrlState(["handover"] as const);
  const teams = useNow(undefined, useMay(SEE)).data?.teams;
  const meeting = useMeeting(url.handover);
  const [writing, setWriting] = useState(false);
  const shown = meeting.data;
  const read = () => shown && void readMeeting(shown.shift.id).catch((error: unknown) => message.error(problem(error).what));
  return (
    <Page
      title={t("meeting.title")}
      lead={shown ? <>{shown.shift.number} {clock(shown.shift.begins, false)}–{clock(shown.shift.ends, false)}</> : t("meeting.lead")}
      actions={shown?.may_write && !writing && <Button type="primary" onClick={() => setWriting(true)}>{t(shown.at ? "meeting.change" : "meeting.hold")}</Button>}
    >
      <Tabs />
      {shown && !writing && <ChooseTeam teams={teams?.filter((one) => one.current)} value={teamKey(shown.shift.team)} onChoose={(_, choice) => change({ handover: choice?.current ?? null })} />}
      {meeting.isError && !shown && <Trouble error={meeting.error} retry={() => void meeting.refetch()} />}
      {!shown && !meeting.isError && <Skeletons lines={8} />}
      {shown?.to_read && (
        <Notice tone="wrap" icon={CheckCheck} title={t("meeting.to_read")} action={<Button type="primary" onClick={read}>{t("meeting.i_read")}</Button>}>
          {t("meeting.to_read_what")}
        </Notice>
      )}
      {shown && (writing ? (
        <Write meeting={shown} onDone={() => setWriting(false)} />
      ) : shown.at ? (
        <>
          <Panel title={t("meeting.said")} extra={shown.previous && <Link to={`/handover/${shown.previous.id}`}>{t("meeting.previous")}</Link>}><Said meeting={shown} /></Panel>
          <Panel flush title={t("meeting.present")}><People meeting={shown} /></Panel>
        </>
      ) : (
        <Empty icon={Users} title={t("meeting.none")}>{t("meeting.none_todo")}</Empty>
      ))}
    </Page>
  );
}
