// How long somebody has: a number and what it counts.
import { InputNumber, Select } from "antd";
import { useTranslation } from "react-i18next";
import { LIMIT_KINDS, limitWords, type Limit, type LimitKind } from "../limits";

function parts(limit: Limit | null): [LimitKind, number | null] {
  const kind = LIMIT_KINDS.find((one) => limit?.[one] !== undefined);
  return kind ? [kind, limit?.[kind] ?? null] : ["hours", null];
}

export function useLimit() {
  const { t } = useTranslation("work_orders");
  return (limit: Limit | null): string => (parts(limit)[1] === null ? "—" : limitWords(limit ?? {}, t));
}

/** Empty is none. */
export function LimitInput({ id, value, empty = false, onChange }: { id: string; value: Limit | null; empty?: boolean; onChange: (limit: Limit | null) => void }) {
  const { t } = useTranslation("work_orders");
  const [kind, many] = parts(value);
  return (
    <span className="row tight">
      <InputNumber id={id} min={0} max={9999} precision={0} changeOnWheel={false} value={many} onChange={(next) => (next === null ? empty && onChange(null) : onChange({ [kind]: next }))} />
      <Select aria-label={t("limit.unit")} style={{ width: 140 }} value={kind} disabled={many === null} onChange={(next) => onChange({ [next]: many ?? 0 })} options={LIMIT_KINDS.map((key) => ({ value: key, label: t(`limit.${key}`) }))} />
    </span>
  );
}
