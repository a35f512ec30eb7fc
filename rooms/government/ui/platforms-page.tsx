// The platforms of 12345: where each is told, what its categories and units are here, its secret, and trying it out.
import { App, Button, Checkbox, Input, Select, TreeSelect } from "antd";
import { CircleCheck, CirclePause, Copy, KeyRound, Landmark, Pause, Pencil, Play, Plus, Send, Trash2, TriangleAlert } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Empty, Field, Mark, Moment, Notice, Page, Panel, Table, Trouble, useProblemText } from "@kit";
import { EditDialog } from "@kit/dialog";
import { useUnits } from "@lib/directory";
import { useMay } from "@lib/session";
import { said } from "@lib/words";
import { actOnPlatform, savePlatform, testPlatform, usePlatforms, type Mapping, type Platform, type PlatformAct, type PlatformForm, type Subtype } from "./api";
import { Tabs } from "./marks";
import { CONFIGURE } from "./permissions";
import "./government.css";

const NONE: Mapping = { categories: [], other: null, units: [], files: false };

function StateMark({ one }: { one: Platform }) {
  const { t } = useTranslation("government");
  if (!one.has_secret) return <Mark tone="busy" icon={TriangleAlert}>{t("platform.needs_secret")}</Mark>;
  if (one.state === "paused") return <Mark tone="offline" icon={CirclePause}>{t("platform.paused")}</Mark>;
  return <Mark tone="ready" icon={CircleCheck}>{t("platform.active")}</Mark>;
}

/** Rows of a code of theirs and what it is here. */
function Rows<Row extends { code: string }>({ label, rows, blank, pick, onChange }: { label: string; rows: Row[]; blank: Row; pick: (row: Row, set: (row: Row) => void, name: string) => ReactNode; onChange: (rows: Row[]) => void }) {
  const { t } = useTranslation("government");
  const put = (at: number, row: Row) => onChange(rows.map((one, nth) => (nth === at ? row : one)));
  return (
    <div className="stack">
      {rows.map((row, at) => {
        const name = `${label} ${at + 1}`;
        return (
          <div key={at} className="government-map">
            <Input aria-label={`${name} ${t("map.code")}`} value={row.code} maxLength={64} placeholder={t("map.code")} onChange={(event) => put(at, { ...row, code: event.target.value })} />
            {pick(row, (next) => put(at, next), name)}
            <Button aria-label={`${t("map.remove")} ${name}`} icon={<Trash2 size={15} aria-hidden />} onClick={() => onChange(rows.filter((_, nth) => nth !== at))} />
          </div>
        );
      })}
      <Button icon={<Plus size={15} aria-hidden />} onClick={() => onChange([...rows, blank])}>{t("map.add")}</Button>
    </div>
  );
}

function PlatformDialog({ one, subtypes, inside, onClose, onSecret }: { one: Platform | null; subtypes: Subtype[]; inside: boolean; onClose: () => void; onSecret: (secret: string) => void }) {
  const { t } = useTranslation("government");
  const units = useUnits();
  const [form, setForm] = useState<PlatformForm>(one ? { name: one.name, code: one.code, url: one.url, mapping: one.mapping } : { name: "", code: "", url: "https://", mapping: NONE });
  const set = (patch: Partial<PlatformForm>) => setForm({ ...form, ...patch });
  const map = (patch: Partial<Mapping>) => set({ mapping: { ...form.mapping, ...patch } });
  const offered = subtypes.map((subtype) => ({ value: subtype.code, label: said(subtype), search: `${subtype.zh} ${subtype.en} ${subtype.code}` }));
  const live = units.all.filter((unit) => !unit.retired).map((unit) => ({ value: unit.id, title: unit.name }));
  const put = async () => {
    const secret = await savePlatform(one, form);
    if (secret) onSecret(secret);
  };
  const searchable = { filterOption: (text: string, option?: { search?: string }) => (option?.search ?? "").includes(text) };
  return (
    <EditDialog
      title={one ? t("platform.change") : t("platform.add")}
      width={720}
      onClose={onClose}
      onSave={put}
      ready={form.name.trim() !== "" && form.code.trim() !== "" && form.url.trim() !== ""}
      saved={one ? undefined : null}
      remove={one !== null && { label: t("platform.remove"), run: () => actOnPlatform(one, "remove") }}
    >
      <Field label={t("platform.name")} htmlFor="p-name" required help={t("platform.help_name")}>
        <Input id="p-name" value={form.name} maxLength={60} onChange={(event) => set({ name: event.target.value })} />
      </Field>
      <Field label={t("platform.code")} htmlFor="p-code" required help={t("platform.help_code")}>
        <Input id="p-code" value={form.code} maxLength={32} disabled={one !== null} onChange={(event) => set({ code: event.target.value })} />
      </Field>
      <Field label={t("platform.url")} htmlFor="p-url" required help={t(inside ? "platform.help_url_inside" : "platform.help_url")}>
        <Input id="p-url" value={form.url} maxLength={1000} onChange={(event) => set({ url: event.target.value })} />
      </Field>
      <Field label={t("map.categories")} help={t("map.help_categories")}>
        <Rows
          label={t("map.categories")}
          rows={form.mapping.categories}
          blank={{ code: "", subtype: subtypes[0]?.code ?? "" }}
          pick={(row, change, name) => <Select aria-label={`${name} ${t("map.subtype")}`} showSearch={searchable} value={row.subtype} options={offered} onChange={(subtype: string) => change({ ...row, subtype })} />}
          onChange={(categories) => map({ categories })}
        />
      </Field>
      <Field label={t("map.other")} htmlFor="p-other" help={t("map.help_other")}>
        <Select id="p-other" allowClear showSearch={searchable} style={{ width: "100%" }} value={form.mapping.other} placeholder={t("map.refuse")} options={offered} onChange={(other: string | undefined) => map({ other: other ?? null })} />
      </Field>
      <Field label={t("map.units")} help={t("map.help_units")}>
        <Rows
          label={t("map.units")}
          rows={form.mapping.units}
          blank={{ code: "", unit: null as string | null }}
          pick={(row, change, name) => <TreeSelect aria-label={`${name} ${t("map.unit")}`} allowClear showSearch treeNodeFilterProp="title" value={row.unit ?? undefined} placeholder={t("map.desk")} treeData={live} onChange={(unit: string | undefined) => change({ ...row, unit: unit ?? null })} />}
          onChange={(next) => map({ units: next })}
        />
      </Field>
      <Field label={t("map.files")} help={t("map.help_files")}>
        <Checkbox checked={form.mapping.files} onChange={(event) => map({ files: event.target.checked })}>{t("map.want_files")}</Checkbox>
      </Field>
    </EditDialog>
  );
}

/** It cannot be shown again: closing is the only way on. */
function SecretDialog({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { t } = useTranslation("government");
  const [copied, setCopied] = useState(false);
  return (
    <EditDialog title={t("secret.title")} width={640} readOnly onClose={onClose} onSave={() => Promise.resolve()}>
      <Notice tone="wrap" title={t("secret.once")}>{t("secret.todo")}</Notice>
      <Field label={t("secret.label")} htmlFor="p-secret">
        <div className="row">
          <Input id="p-secret" readOnly value={secret} onFocus={(event) => event.target.select()} />
          <Button icon={<Copy size={15} aria-hidden />} onClick={() => void navigator.clipboard?.writeText(secret).then(() => setCopied(true))}>{t(copied ? "secret.copied" : "secret.copy")}</Button>
        </div>
      </Field>
    </EditDialog>
  );
}

/** An act with a consequence: it is told before it is done. */
function ActDialog({ one, what, onClose, onSecret }: { one: Platform; what: Exclude<PlatformAct, "remove">; onClose: () => void; onSecret: (secret: string) => void }) {
  const { t } = useTranslation("government");
  const run = async () => {
    const secret = await actOnPlatform(one, what);
    if (secret) onSecret(secret);
  };
  return (
    <EditDialog title={t(`platform.${what}`)} onClose={onClose} onSave={run} save={t(`platform.${what}`)} saved={what === "new_secret" ? null : t(`platform.done_${what}`)} dangerous={what !== "resume"}>
      <p>{t(`platform.about_${what}`, { name: one.name })}</p>
    </EditDialog>
  );
}

export default function PlatformsPage() {
  const { t } = useTranslation("government");
  const { message } = App.useApp();
  const problem = useProblemText();
  const asked = usePlatforms();
  const may = useMay(CONFIGURE);
  const [editing, setEditing] = useState<Platform | "new" | null>(null);
  const [doing, setDoing] = useState<{ one: Platform; what: Exclude<PlatformAct, "remove"> } | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const [trying, setTrying] = useState<string | null>(null);
  const tryOut = async (one: Platform) => {
    setTrying(one.id);
    try {
      const tried = await testPlatform(one.id);
      if (tried.taken) message.success(t("test.taken", { status: tried.status, ms: tried.took_ms }));
      else message.error(t("test.failed", { error: tried.error }));
    } catch (error) {
      message.error(problem(error).what);
    } finally {
      setTrying(null);
    }
  };
  const add = may && <Button type="primary" icon={<Plus size={16} aria-hidden />} onClick={() => setEditing("new")}>{t("platform.add")}</Button>;
  return (
    <Page title={t("platform.title")} lead={t("platform.lead")} actions={add}>
      <Tabs />
      <Panel flush label={t("platform.title")}>
        {asked.isError && !asked.data ? (
          <Trouble error={asked.error} retry={() => void asked.refetch()} />
        ) : (
          <Table
            label={t("platform.title")}
            rows={asked.data?.platforms}
            rowKey={(one) => one.id}
            expect={2}
            columns={[
              { key: "name", title: t("platform.name"), cell: (one) => <b>{one.name}</b> },
              { key: "code", title: t("platform.code"), cell: (one) => <code>{one.code}</code> },
              { key: "url", title: t("platform.url"), cell: (one) => <span className="government-said">{one.url}</span> },
              { key: "map", title: t("map.title"), cell: (one) => t("map.count", { categories: one.mapping.categories.length, units: one.mapping.units.length }) },
              { key: "state", title: t("column.state"), cell: (one) => <span className="stack"><StateMark one={one} />{one.old_until && <span className="muted">{t("secret.old_until")} <Moment at={one.old_until} seconds={false} /></span>}</span> },
              ...(may
                ? [
                    {
                      key: "act",
                      title: "",
                      cell: (one: Platform) => (
                        <span className="row tight">
                          <Button size="small" loading={trying === one.id} icon={<Send size={14} aria-hidden />} onClick={() => void tryOut(one)}>{t("test.run")}</Button>
                          <Button size="small" icon={<KeyRound size={14} aria-hidden />} onClick={() => setDoing({ one, what: "new_secret" })}>{t("platform.new_secret")}</Button>
                          {one.allowed.includes("pause") && <Button size="small" icon={<Pause size={14} aria-hidden />} onClick={() => setDoing({ one, what: "pause" })}>{t("platform.pause")}</Button>}
                          {one.allowed.includes("resume") && <Button size="small" type="primary" icon={<Play size={14} aria-hidden />} onClick={() => setDoing({ one, what: "resume" })}>{t("platform.resume")}</Button>}
                          <Button size="small" aria-label={t("platform.change_of", { name: one.name })} icon={<Pencil size={14} aria-hidden />} onClick={() => setEditing(one)} />
                        </span>
                      ),
                    },
                  ]
                : []),
            ]}
            empty={<Empty icon={Landmark} title={t("none_platform")} action={add}>{t("none_platform_todo")}</Empty>}
          />
        )}
      </Panel>
      {editing && asked.data && <PlatformDialog key={editing === "new" ? "new" : editing.id} one={editing === "new" ? null : editing} subtypes={asked.data.subtypes} inside={asked.data.private_addresses} onClose={() => setEditing(null)} onSecret={setSecret} />}
      {doing && <ActDialog one={doing.one} what={doing.what} onClose={() => setDoing(null)} onSecret={setSecret} />}
      {secret && <SecretDialog secret={secret} onClose={() => setSecret(null)} />}
    </Page>
  );
}
