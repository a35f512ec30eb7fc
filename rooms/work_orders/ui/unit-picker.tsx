// Chooses a unit from the organisation's tree; what is suggested stands on top.
import { TreeSelect } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useUnits, type UnitName } from "@lib/directory";

interface Node {
  value: string;
  title: string;
  selectable?: boolean;
  children?: Node[];
}

/** Retired ones are not offered; what stood below them moves up. */
export function unitTree(units: UnitName[]): Node[] {
  const live = new Map(units.filter((unit) => !unit.retired).map((unit) => [unit.id, unit]));
  const below = (parent: string | null): Node[] =>
    [...live.values()]
      .filter((unit) => (unit.parent !== null && live.has(unit.parent) ? unit.parent : null) === parent)
      .map((unit) => {
        const children = below(unit.id);
        return { value: unit.id, title: unit.name, ...(children.length > 0 ? { children } : {}) };
      });
  return below(null);
}

export function UnitPicker({ id, label, value, suggested = [], without, fault = false, onChange }: { id: string; label: string; value: string | null; suggested?: string[]; without?: string | null; fault?: boolean; onChange: (unit: string | null) => void }) {
  const { t } = useTranslation("work_orders");
  const units = useUnits();
  const tree = useMemo(() => unitTree(units.all.filter((unit) => unit.id !== without)), [units.all, without]);
  const first = suggested.filter((unit) => unit !== without && units.all.some((one) => one.id === unit && !one.retired));
  return (
    <div className="stack unit-picker">
      <TreeSelect
        id={id}
        aria-label={label}
        value={value ?? undefined}
        treeData={tree}
        treeDefaultExpandAll
        treeNodeFilterProp="title"
        showSearch
        allowClear
        placeholder={t("unit.choose")}
        style={{ width: "100%" }}
        styles={{ popup: { root: { maxHeight: 320, overflow: "auto" } } }}
        {...(fault ? { status: "error" as const } : {})}
        onChange={(unit: string | undefined) => onChange(unit ?? null)}
      />
      {first.length > 0 && (
        <span className="row tight wrap">
          <span className="muted">{t("unit.suggested")}</span>
          {first.slice(0, 3).map((unit) => (
            <button key={unit} type="button" className="linkish" aria-pressed={unit === value} onClick={() => onChange(unit)}>
              {units.name(unit)}
            </button>
          ))}
        </span>
      )}
    </div>
  );
}
