// What is said at which moment of a call, what is never said, and whether records must be complete before the next call.
import { Button, Input, Select, Switch } from "antd";
import { MessageSquareText, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty, Field, Notice, Page, Panel, Skeletons, Table, Trouble, useProblemText } from "@kit";
import { EditDialog } from "@kit/dialog";
import { putPhrases, putSettings, said, useRawPhrases, useSettings, type Moment, type Phrases } from "./api";
import { Tabs } from "./tabs";
import "./interactions.css";

function MomentDialog({ phrases, moment, onClose }: { phrases: Phrases; moment: Moment | null; onClose: () => void }) {
  const { t } = useTranslation("interactions");
  const [next, setNext] = useState<Moment>(moment ?? { key: "", title: { zh: "", en: "" }, texts: [{ zh: "", en: "" }] });
  const text = (at: number, patch: Partial<Moment["title"]>) => setNext({ ...next, texts: next.texts.map((one, place) => (place === at ? { ...one, ...patch } : one)) });
  const save = (moments: Moment[]) => putPhrases({ ...phrases, moments });
  return (
    <EditDialog
      width={720}
      title={moment ? said(moment.title) : t("phrases.new")}
      ready={next.key !== "" && next.title.zh.trim() !== "" && next.texts.every((one) => one.zh.trim() !== "")}
      onClose={onClose}
      onSave={() => save(moment ? phrases.moments.map((one) => (one.key === moment.key ? next : one)) : [...phrases.moments, next])}
      remove={moment !== null && { label: t("phrases.remove"), run: () => save(phrases.moments.filter((one) => one.key !== moment.key)) }}
    >
      <div className="form-grid">
        <Field label={t("edit.key")} htmlFor="p-key" required help={t("phrases.key_help")}>
          <Input id="p-key" value={next.key} maxLength={40} disabled={moment !== null} onChange={(event) => setNext({ ...next, key: event.target.value.toLowerCase().replace(/[^a-z0-9_]/g, "_") })} />
        </Field>
        <Field label={t("edit.zh")} htmlFor="p-zh" required>
          <Input id="p-zh" value={next.title.zh} maxLength={40} onChange={(event) => setNext({ ...next, title: { ...next.title, zh: event.target.value } })} />
        </Field>
        <Field label={t("edit.en")} htmlFor="p-en">
          <Input id="p-en" value={next.title.en} maxLength={80} onChange={(event) => setNext({ ...next, title: { ...next.title, en: event.target.value } })} />
        </Field>
      </div>
      <Field label={t("phrases.texts")} help={t("phrases.texts_help")}>
        <div className="edit-lines">
          {next.texts.map((one, at) => (
            <div key={at} className="edit-line">
              <Input.TextArea className="full" aria-label={t("edit.say_zh")} placeholder={t("edit.say_zh")} autoSize maxLength={300} value={one.zh} onChange={(event) => text(at, { zh: event.target.value })} />
              <Input.TextArea className="full" aria-label={t("edit.say_en")} placeholder={t("edit.say_en")} autoSize maxLength={600} value={one.en} onChange={(event) => text(at, { en: event.target.value })} />
              <Button aria-label={t("edit.remove")} icon={<Trash2 size={15} aria-hidden />} onClick={() => setNext({ ...next, texts: next.texts.filter((_, place) => place !== at) })} />
            </div>
          ))}
          <Button icon={<Plus size={15} aria-hidden />} onClick={() => setNext({ ...next, texts: [...next.texts, { zh: "", en: "" }] })}>
            {t("phrases.add_text")}
          </Button>
        </div>
      </Field>
    </EditDialog>
  );
}

function CommonDialog({ phrases, onClose }: { phrases: Phrases; onClose: () => void }) {
  const { t } = useTranslation("interactions");
  const [company, setCompany] = useState(phrases.company);
  const [never, setNever] = useState(phrases.never);
  return (
    <EditDialog title={t("phrases.common")} onClose={onClose} onSave={() => putPhrases({ ...phrases, company, never })}>
      <Field label={t("phrases.company")} htmlFor="p-company" help={t("phrases.company_help")}>
        <Input id="p-company" value={company} maxLength={60} onChange={(event) => setCompany(event.target.value)} />
      </Field>
      <Field label={t("script.never")} htmlFor="p-never" help={t("phrases.never_help")}>
        <Select id="p-never" mode="tags" open={false} suffixIcon={null} value={never} onChange={(next: string[]) => setNever(next)} />
      </Field>
    </EditDialog>
  );
}

function Required() {
  const { t } = useTranslation("interactions");
  const settings = useSettings();
  const problem = useProblemText();
  const [failed, setFailed] = useState<unknown>(null);
  const data = settings.data;
  if (!data) return <Skeletons lines={2} />;
  return (
    <div className="stack">
      {failed ? <Notice tone="busy" title={problem(failed).what} /> : null}
      <label className="row" htmlFor="complete-first">
        <Switch
          id="complete-first"
          checked={data.complete_first}
          onChange={(complete_first) => {
            setFailed(null);
            putSettings({ version: data.version, complete_first }).catch(setFailed);
          }}
        />
        <b>{t("settings.complete_first")}</b>
      </label>
      <p className="muted">{t("settings.complete_first_help")}</p>
    </div>
  );
}

export default function PhrasesPage() {
  const { t } = useTranslation("interactions");
  const phrases = useRawPhrases();
  const [open, setOpen] = useState<Moment | "new" | "common" | null>(null);
  const data = phrases.data;
  return (
    <Page
      title={t("phrases.title")}
      lead={t("phrases.lead")}
      actions={
        <span className="row tight">
          <Button disabled={!data} onClick={() => setOpen("common")}>
            {t("phrases.common")}
          </Button>
          <Button type="primary" disabled={!data} icon={<Plus size={16} aria-hidden />} onClick={() => setOpen("new")}>
            {t("phrases.new")}
          </Button>
        </span>
      }
    >
      <Tabs />
      <Panel title={t("settings.title")}>
        <Required />
      </Panel>
      <Panel flush label={t("phrases.title")}>
        {phrases.isError && !data ? (
          <Trouble error={phrases.error} retry={() => void phrases.refetch()} />
        ) : (
          <Table
            label={t("phrases.title")}
            rows={data?.moments}
            rowKey={(moment) => moment.key}
            onOpen={setOpen}
            columns={[
              { key: "moment", title: t("script.moment"), width: 180, cell: (moment) => <button type="button" className="linkish strong" onClick={() => setOpen(moment)}>{said(moment.title)}</button> },
              { key: "texts", title: t("phrases.texts"), cell: (moment) => moment.texts.map((text) => <p key={text.zh}>{said(text)}</p>) },
            ]}
            empty={
              <Empty icon={MessageSquareText} title={t("phrases.none")}>
                {t("phrases.lead")}
              </Empty>
            }
          />
        )}
      </Panel>
      {data && data.never.length > 0 && (
        <Panel title={t("script.never")}>
          <p className="script-never">{data.never.join(" / ")}</p>
        </Panel>
      )}
      {data && open === "common" && <CommonDialog phrases={data} onClose={() => setOpen(null)} />}
      {data && open !== null && open !== "common" && <MomentDialog phrases={data} moment={open === "new" ? null : open} onClose={() => setOpen(null)} />}
    </Page>
  );
}
