// The limits by which promises are given: the utility's own, and those of 12345 for what comes from there.
import { Button } from "antd";
import { AlarmClock, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Choose, Empty, Panel, Table, Trouble } from "@kit";
import { PROFILES, useLimits, type Profile } from "./api";
import { HouseMenu } from "./house";
import { useLimit } from "./limit";
import { RuleDialog, useFits } from "./rule-dialog";

export function LimitsPart() {
  const { t } = useTranslation("work_orders");
  const fits = useFits();
  const limit = useLimit();
  const found = useLimits();
  const [profile, setProfile] = useState<Profile>("utility");
  const [open, setOpen] = useState<number | "new" | null>(null);
  const rows = found.data?.value[profile].rules.map((rule, at) => ({ rule, at }));
  return (
    <Panel flush title={t("settings.limits")} extra={<span className="row tight"><Choose small label={t("rule.of")} value={profile} onChoose={setProfile} items={PROFILES.map((key) => ({ key, label: t(`rule.${key}`) }))} /><HouseMenu first={["limits"]} /><Button type="primary" disabled={!found.data} icon={<Plus size={16} aria-hidden />} onClick={() => setOpen("new")}>{t("rule.add")}</Button></span>}>
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
      {open !== null && found.data && <RuleDialog key={`${profile} ${open}`} profile={profile} at={open === "new" ? null : open} limits={found.data.value} version={found.data.version} onClose={() => setOpen(null)} />}
    </Panel>
  );
}
