// The limits by which promises are given: the utility's own, and those of 12345 for what comes from there.
import { Checkbox } from "antd";
import { AlarmClock } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Choose, Empty, Field, Panel, Table, Trouble } from "@kit";
import { EditDialog } from "@kit/dialog";
import { PROFILES, putLimits, useLimits, type Limits, type Profile, type Rule } from "./api";
import { LimitInput, useLimit } from "./limit";

function useFits() {
  const { t } = useTranslation("work_orders");
  return (rule: Rule): string => [rule.kind && t(`kind.${rule.kind}`), rule.word, rule.site && t(`site.${rule.site}`)].filter(Boolean).join(" · ") || t("rule.all");
}

function RuleDialog({ profile, at, limits, version, onClose }: { profile: Profile; at: number; limits: Limits; version: number; onClose: () => void }) {
  const { t } = useTranslation("work_orders");
  const fits = useFits();
  const before = limits[profile].rules[at];
  const [rule, setRule] = useState(before);
  if (!rule) return null;
  const save = () => putLimits({ ...limits, [profile]: { ...limits[profile], rules: limits[profile].rules.map((one, place) => (place === at ? rule : one)) } }, version);
  return (
    <EditDialog title={`${t(`step.${rule.step}` as "step.arrive")} · ${rule.id}`} onClose={onClose} onSave={save}>
      <p className="soft">{t("rule.consequence")}</p>
      <p>{fits(rule)}</p>
      <Field label={t("clock.customer")} htmlFor="r-customer" help={t("rule.help.customer")}>
        <LimitInput id="r-customer" empty value={rule.customer} onChange={(customer) => setRule({ ...rule, customer })} />
      </Field>
      <Field label={t("clock.unit")} htmlFor="r-unit" help={t("rule.help.unit")}>
        <LimitInput id="r-unit" empty value={rule.unit} onChange={(unit) => setRule({ ...rule, unit })} />
      </Field>
      <Checkbox checked={rule.extendable} onChange={(event) => setRule({ ...rule, extendable: event.target.checked })}>
        {t("rule.extendable")}
      </Checkbox>
      {rule.source && <p className="muted">{t("rule.source", { source: rule.source })}</p>}
    </EditDialog>
  );
}

export function LimitsPart() {
  const { t } = useTranslation("work_orders");
  const fits = useFits();
  const limit = useLimit();
  const found = useLimits();
  const [profile, setProfile] = useState<Profile>("utility");
  const [open, setOpen] = useState<number | null>(null);
  const rows = found.data?.value[profile].rules.map((rule, at) => ({ rule, at }));
  return (
    <Panel flush title={t("settings.limits")} extra={<Choose small label={t("rule.of")} value={profile} onChoose={setProfile} items={PROFILES.map((key) => ({ key, label: t(`rule.${key}`) }))} />}>
      {found.isError && !found.data ? (
        <Trouble error={found.error} retry={() => void found.refetch()} />
      ) : (
        <Table
          label={t("settings.limits")}
          rows={rows}
          rowKey={({ at }) => `${profile} ${at}`}
          onOpen={({ at }) => setOpen(at)}
          expect={12}
          columns={[
            { key: "step", title: t("rule.step"), cell: ({ rule, at }) => <button type="button" className="linkish" onClick={() => setOpen(at)}>{t(`step.${rule.step}` as "step.arrive")}</button> },
            { key: "fits", title: t("rule.fits"), cell: ({ rule }) => fits(rule) },
            { key: "customer", title: t("clock.customer"), num: true, cell: ({ rule }) => limit(rule.customer) },
            { key: "unit", title: t("clock.unit"), num: true, cell: ({ rule }) => (rule.unit === null && rule.customer !== null ? <span className="muted">{t("rule.follows")}</span> : limit(rule.unit)) },
            { key: "extendable", title: t("rule.extendable"), cell: ({ rule }) => (rule.extendable ? t("yes") : t("no")) },
            { key: "id", title: t("rule.id"), cell: ({ rule }) => <code>{rule.id}</code> },
          ]}
          empty={<Empty icon={AlarmClock} title={t("rule.none")} />}
        />
      )}
      {open !== null && found.data && <RuleDialog key={`${profile} ${open}`} profile={profile} at={open} limits={found.data.value} version={found.data.version} onClose={() => setOpen(null)} />}
    </Panel>
  );
}
