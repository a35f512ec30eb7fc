// What the three configuration pages share: the way between them, in use or not, a number with its unit.
import { InputNumber } from "antd";
import { CircleCheck, CirclePause } from "lucide-react";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import { Field, Mark } from "@kit";

export function Tabs() {
  const { t } = useTranslation("calls");
  return (
    <nav className="tabs" aria-label={t("lines.title")}>
      <NavLink to="/calls/queues">{t("lines.queues")}</NavLink>
      <NavLink to="/calls/trunks">{t("lines.trunks")}</NavLink>
      <NavLink to="/calls/dial_rules">{t("lines.dial_rules")}</NavLink>
    </nav>
  );
}

export function InUse({ off }: { off: boolean | undefined }) {
  const { t } = useTranslation("calls");
  return off ? (
    <Mark tone="offline" icon={CirclePause}>
      {t("lines.off")}
    </Mark>
  ) : (
    <Mark tone="ready" icon={CircleCheck}>
      {t("lines.on")}
    </Mark>
  );
}

export function NumberField({ id, label, unit, help, value, least, most, onChange }: { id: string; label: string; unit?: string; help?: string; value: number; least: number; most: number; onChange: (value: number) => void }) {
  return (
    <Field label={label} htmlFor={id} help={help}>
      <span className="row tight">
        <InputNumber id={id} value={value} min={least} max={most} precision={0} style={{ width: 110 }} changeOnWheel={false} onChange={(next) => onChange(next ?? least)} />
        {unit && <span className="muted">{unit}</span>}
      </span>
    </Field>
  );
}

/** Small letters, digits, - and _: how flows and files will call it. */
export const asName = (text: string) => text.toLowerCase().replace(/[^a-z0-9_-]/g, "");
