// When notices may go out and how many, the signature, the gateways, and who wants which messages.
import { Button, Input, InputNumber, Radio } from "antd";
import { CircleCheck, CircleOff, Plus, Trash2, TriangleAlert, UserRoundX } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty, Field, ListMoment, Mark, Notice, Page, Panel, Skeletons, Table, Trouble, useProblemText } from "@kit";
import { EditDialog } from "@kit/dialog";
import { TextFilter } from "@kit/filters";
import { useAgents } from "@lib/directory";
import { useMay } from "@lib/session";
import { putSettings, setConsent, useConsents, useSettings, useWays, type Class, type Settings } from "./api";
import { CONFIGURE } from "./permissions";
import { Tabs } from "./tabs";
import { UnsignedNotice } from "./unsigned";
import { ChannelWord } from "./words";
import "./notices.css";

function Ways() {
  const { t } = useTranslation("notices");
  const ways = useWays();
  if (!ways.data) return <Skeletons lines={3} />;
  return (
    <ul className="notice-lines">
      {ways.data.map((way) => (
        <li key={way.channel} className="row">
          <ChannelWord channel={way.channel} />
          {way.gateway === null ? (
            <Mark tone="offline" icon={CircleOff}>{t("way.absent")}</Mark>
          ) : way.ready ? (
            <Mark tone="ready" icon={CircleCheck}>{t("way.ready")}</Mark>
          ) : (
            <Mark tone="busy" icon={TriangleAlert}>{t("way.unready")}</Mark>
          )}
          <span className="muted">{[way.gateway === "calls" ? t("way.calls") : way.gateway?.toUpperCase(), way.why, way.waiting > 0 ? t("way.waiting", { count: way.waiting }) : ""].filter(Boolean).join(" · ")}</span>
        </li>
      ))}
    </ul>
  );
}

function Form({ version, settings, readOnly }: { version: number; settings: Settings; readOnly: boolean }) {
  const { t } = useTranslation("notices");
  const problem = useProblemText();
  const [form, setForm] = useState(settings);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<unknown>(null);
  const set = (patch: Partial<Settings>) => setForm({ ...form, ...patch });
  const span = (at: number, patch: Partial<Settings["quiet"][number]>) => set({ quiet: form.quiet.map((one, place) => (place === at ? { ...one, ...patch } : one)) });
  const changed = JSON.stringify(form) !== JSON.stringify(settings);
  const save = () => {
    setBusy(true);
    setFailed(null);
    putSettings(version, form).catch(setFailed).finally(() => setBusy(false));
  };
  const number = (key: "service_per_day" | "marketing_per_day" | "expires_h" | "attempts_max", least: number, most: number) => (
    <Field label={t(`settings.${key}`)} htmlFor={`f-${key}`} help={t(`settings.help_${key}`)}>
      <InputNumber id={`f-${key}`} value={form[key]} min={least} max={most} precision={0} changeOnWheel={false} disabled={readOnly} onChange={(value) => set({ [key]: value ?? least })} />
    </Field>
  );
  return (
    <div className="stack" style={{ gap: 16 }}>
      {failed ? <Notice tone="busy" title={problem(failed).what} /> : null}
      <Field label={t("settings.quiet")} help={t("settings.help_quiet")}>
        <div className="notice-spans">
          {form.quiet.map((one, at) => (
            <span key={at} className="row tight">
              <Input aria-label={t("settings.from")} value={one.from} maxLength={5} style={{ width: 80 }} disabled={readOnly} onChange={(event) => span(at, { from: event.target.value })} />
              –
              <Input aria-label={t("settings.to")} value={one.to} maxLength={5} style={{ width: 80 }} disabled={readOnly} onChange={(event) => span(at, { to: event.target.value })} />
              <Button aria-label={t("settings.remove")} disabled={readOnly} icon={<Trash2 size={15} aria-hidden />} onClick={() => set({ quiet: form.quiet.filter((_, place) => place !== at) })} />
            </span>
          ))}
          {!readOnly && form.quiet.length < 6 && (
            <Button icon={<Plus size={15} aria-hidden />} onClick={() => set({ quiet: [...form.quiet, { from: "12:00", to: "14:00" }] })}>
              {t("settings.add")}
            </Button>
          )}
        </div>
      </Field>
      <div className="form-grid">
        {number("service_per_day", 1, 1000)}
        {number("marketing_per_day", 0, 100)}
        {number("expires_h", 1, 336)}
        {number("attempts_max", 1, 50)}
        <Field label={t("settings.signature")} htmlFor="f-signature" help={t("settings.help_signature")}>
          <Input id="f-signature" value={form.signature} maxLength={16} prefix="【" suffix="】" disabled={readOnly} onChange={(event) => set({ signature: event.target.value })} />
        </Field>
      </div>
      {!readOnly && (
        <div className="row">
          <span className="grow" />
          <Button disabled={!changed} onClick={() => setForm(settings)}>{t("settings.reset")}</Button>
          <Button type="primary" disabled={!changed} loading={busy} onClick={save}>{t("settings.save")}</Button>
        </div>
      )}
    </div>
  );
}

function ConsentDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("notices");
  const [recipient, setRecipient] = useState("");
  const [kind, setKind] = useState<Class>("service");
  const [granted, setGranted] = useState(false);
  const [source, setSource] = useState("");
  return (
    <EditDialog title={t("consent.add")} onClose={onClose} ready={recipient.trim() !== "" && source.trim().length >= 2} onSave={() => setConsent({ recipient, class: kind, granted, source })}>
      <Field label={t("consent.recipient")} htmlFor="c-recipient" required>
        <Input id="c-recipient" value={recipient} maxLength={254} onChange={(event) => setRecipient(event.target.value)} />
      </Field>
      <Field label={t("one.class")}>
        <Radio.Group value={kind} onChange={(event) => setKind(event.target.value as Class)} options={(["service", "marketing"] as const).map((value) => ({ value, label: t(`class.${value}`) }))} />
      </Field>
      <Field label={t("consent.wish")} help={t("consent.wish_help")}>
        <Radio.Group value={granted} onChange={(event) => setGranted(Boolean(event.target.value))} options={[{ value: false, label: t("consent.no") }, { value: true, label: t("consent.yes") }]} />
      </Field>
      <Field label={t("consent.source")} htmlFor="c-source" required help={t("consent.source_help")}>
        <Input id="c-source" value={source} maxLength={200} onChange={(event) => setSource(event.target.value)} />
      </Field>
    </EditDialog>
  );
}

function Consents() {
  const { t } = useTranslation("notices");
  const agents = useAgents();
  const [whose, setWhose] = useState<string | undefined>();
  const [adding, setAdding] = useState(false);
  const asked = useConsents(whose ?? "", true);
  return (
    <Panel flush title={t("consent.title")} extra={<Button icon={<Plus size={15} aria-hidden />} onClick={() => setAdding(true)}>{t("consent.add")}</Button>}>
      <div className="panel-body">
        <TextFilter id="whose" label={t("consent.find")} width={220} value={whose} onChange={(next) => setWhose(next ?? undefined)} />
      </div>
      {asked.isError && !asked.data ? (
        <Trouble error={asked.error} retry={() => void asked.refetch()} />
      ) : (
        <Table
          label={t("consent.title")}
          rows={asked.data}
          rowKey={(consent) => `${consent.recipient} ${consent.class} ${consent.at}`}
          expect={3}
          columns={[
            { key: "at", title: t("column.changed"), cell: (consent) => <ListMoment at={consent.at} /> },
            { key: "recipient", title: t("column.to"), cell: (consent) => <span className="nowrap">{consent.recipient}</span> },
            { key: "class", title: t("one.class"), cell: (consent) => t(`class.${consent.class}`) },
            { key: "wish", title: t("consent.wish"), cell: (consent) => (consent.granted ? <Mark tone="ready" icon={CircleCheck}>{t("consent.yes")}</Mark> : <Mark tone="offline" icon={UserRoundX}>{t("consent.no")}</Mark>) },
            { key: "source", title: t("consent.source"), cell: (consent) => (consent.source === "reply" ? t("consent.by_reply") : consent.source) },
            { key: "who", title: t("consent.who"), cell: (consent) => agents.name(consent.who) ?? "—" },
          ]}
          empty={<Empty icon={UserRoundX} title={t("consent.none")}>{t("consent.none_todo")}</Empty>}
        />
      )}
      {adding && <ConsentDialog onClose={() => setAdding(false)} />}
    </Panel>
  );
}

export default function SettingsPage() {
  const { t } = useTranslation("notices");
  const settings = useSettings();
  const may = useMay(CONFIGURE);
  return (
    <Page title={t("settings.title")} lead={t("settings.lead")}>
      <Tabs />
      <UnsignedNotice link={false} />
      <Panel title={t("way.title")}>
        <Ways />
      </Panel>
      <Panel title={t("settings.rules")}>
        {settings.isError && !settings.data && <Trouble error={settings.error} retry={() => void settings.refetch()} />}
        {!settings.data && !settings.isError && <Skeletons lines={6} />}
        {settings.data && <Form key={settings.data.version} version={settings.data.version} settings={settings.data.settings} readOnly={!may} />}
      </Panel>
      {may && <Consents />}
    </Page>
  );
}
