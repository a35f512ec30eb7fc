// One limit: for which step of which orders, how long; added, changed, taken out.
import { Checkbox, Input, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "@kit";
import { EditDialog } from "@kit/dialog";
import { useKnown } from "@lib/known";
import { KINDS, SITES, type Kind } from "../api";
import { putLimits, RULE_STEPS, SINCE, type Limits, type Profile, type Rule } from "./api";
import { LimitInput } from "./limit";

const NEW: Rule = { id: "", step: "arrive", kind: null, word: null, site: null, since: "accepted", customer: null, unit: null, extendable: false, source: "" };

export function useFits() {
  const { t } = useTranslation("work_orders");
  const tag = useKnown("tag");
  return (rule: Rule): string => [rule.kind && t(`kind.${rule.kind}`), rule.word && tag(rule.word), rule.site && t(`site.${rule.site}`)].filter(Boolean).join(" · ") || t("rule.all");
}

/** Of several that fit the first counts: a new one stands above the first that fits all it fits. */
export function withRule(rules: Rule[], rule: Rule): Rule[] {
  const wider = (this_: string | null, other: string | null) => this_ === null || this_ === other;
  const at = rules.findIndex((one) => one.step === rule.step && wider(one.kind, rule.kind) && wider(one.word, rule.word) && wider(one.site, rule.site));
  return at < 0 ? [...rules, rule] : [...rules.slice(0, at), rule, ...rules.slice(at)];
}

function Which({ rule, set }: { rule: Rule; set: (patch: Partial<Rule>) => void }) {
  const { t } = useTranslation("work_orders");
  const any = t("rule.all");
  return (
    <div className="pair">
      <Field label={t("rule.step")} htmlFor="r-step" required>
        <Select id="r-step" style={{ width: "100%" }} value={rule.step} onChange={(step) => set({ step })} options={RULE_STEPS.map((value) => ({ value, label: t(`step.${value}`) }))} />
      </Field>
      <Field label={t("rule.since")} htmlFor="r-since" required>
        <Select id="r-since" style={{ width: "100%" }} value={rule.since} onChange={(since) => set({ since })} options={SINCE.map((value) => ({ value, label: t(`since.${value}`) }))} />
      </Field>
      <Field label={t("column.kind")} htmlFor="r-kind">
        <Select id="r-kind" allowClear placeholder={any} style={{ width: "100%" }} value={rule.kind} onChange={(kind: Kind | undefined) => set({ kind: kind ?? null })} options={KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))} />
      </Field>
      <Field label={t("matter.site")} htmlFor="r-site">
        <Select id="r-site" allowClear placeholder={any} style={{ width: "100%" }} value={rule.site} onChange={(site: Rule["site"] | undefined) => set({ site: site ?? null })} options={SITES.map((value) => ({ value, label: t(`site.${value}`) }))} />
      </Field>
      <Field label={t("subtype.tags")} htmlFor="r-word" help={t("rule.help.word")}>
        <Input id="r-word" maxLength={40} value={rule.word ?? ""} onChange={(event) => set({ word: event.target.value.trim() || null })} />
      </Field>
      <Field label={t("rule.id")} htmlFor="r-id" required help={t("rule.help.id")}>
        <Input id="r-id" maxLength={40} value={rule.id} onChange={(event) => set({ id: event.target.value.trim() })} />
      </Field>
    </div>
  );
}

/** `at`: which of the rules; a new one where it is null. */
export function RuleDialog({ profile, at, limits, version, onClose }: { profile: Profile; at: number | null; limits: Limits; version: number; onClose: () => void }) {
  const { t } = useTranslation("work_orders");
  const fits = useFits();
  const { rules } = limits[profile];
  const [rule, setRule] = useState(at === null ? NEW : rules[at]);
  if (!rule) return null;
  const set = (patch: Partial<Rule>) => setRule({ ...rule, ...patch });
  const put = (next: Rule[]) => putLimits({ ...limits, [profile]: { ...limits[profile], rules: next } }, version);
  const save = () => put(at === null ? withRule(rules, rule) : rules.map((one, place) => (place === at ? rule : one)));
  return (
    <EditDialog
      width={at === null ? 680 : 520}
      title={at === null ? t("rule.add") : `${t(`step.${rule.step}` as "step.arrive")} · ${rule.id}`}
      ready={rule.id !== "" && (rule.customer !== null || rule.unit !== null)}
      remove={at !== null && { label: t("rule.remove"), run: () => put(rules.filter((_, place) => place !== at)) }}
      onClose={onClose}
      onSave={save}
    >
      <p className="soft">{at === null ? t("rule.first") : t("rule.consequence")}</p>
      {at === null ? <Which rule={rule} set={set} /> : <p>{fits(rule)}</p>}
      <Field label={t("clock.customer")} htmlFor="r-customer" help={t("rule.help.customer")}>
        <LimitInput id="r-customer" empty value={rule.customer} onChange={(customer) => set({ customer })} />
      </Field>
      <Field label={t("clock.unit")} htmlFor="r-unit" help={t("rule.help.unit")}>
        <LimitInput id="r-unit" empty value={rule.unit} onChange={(unit) => set({ unit })} />
      </Field>
      <Checkbox checked={rule.extendable} disabled={rule.kind === "fault" && !rule.extendable} onChange={(event) => set({ extendable: event.target.checked })}>
        {t("rule.extendable")}
      </Checkbox>
      {at !== null && <p className="muted">{t("rule.removing")}</p>}
      {rule.source && <p className="muted">{t("rule.source", { source: rule.source })}</p>}
    </EditDialog>
  );
}
