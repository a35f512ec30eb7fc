// How parts of the network look, and how one is chosen.
import { Select } from "antd";
import { Cable, Factory, Flame, GitFork, Podcast, Radio, Route, UtilityPole, Zap, type LucideIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Mark } from "@kit";
import { useFound, type Element, type ElementKind } from "./network";

const ICON: Record<ElementKind, LucideIcon> = { substation: Factory, line: UtilityPole, transformer: Zap, pressure_station: Flame, section: Route, riser: GitFork, headend: Radio, node: Podcast, amplifier: Cable };

export function KindMark({ of }: { of: ElementKind }) {
  const { t } = useTranslation("customers");
  return (
    <Mark chip tone="offline" icon={ICON[of]}>
      {t(`network.kind.${of}`)}
    </Mark>
  );
}

/** From where supply comes in, each a link. */
export function PathLinks({ path, last = true }: { path: Element[]; last?: boolean }) {
  const { t } = useTranslation("customers");
  const shown = last ? path : path.slice(0, -1);
  return (
    <nav aria-label={t("network.path")} className="row tight wrap">
      {shown.map((one, nth) => (
        <span key={one.id} className="row tight">
          {nth > 0 && <span className="muted" aria-hidden>›</span>}
          <Link to={`/customers/network/${one.id}`} title={one.code}>{one.name}</Link>
        </span>
      ))}
    </nav>
  );
}

/** Chooses one by a part of its code or name. */
export function ElementSelect({ id, value, onChange, fits }: { id: string; value: Element | null; onChange: (element: Element | null) => void; fits: (element: Element) => boolean }) {
  const { t } = useTranslation("customers");
  const [text, setText] = useState("");
  const found = useFound(text);
  const items: Element[] = (found.data?.items ?? []).filter((one) => !one.retired_at && fits(one));
  const all = value && !items.some((one) => one.id === value.id) ? [value, ...items] : items;
  return (
    <Select
      id={id}
      allowClear
      value={value?.id ?? null}
      showSearch={{ filterOption: false, onSearch: setText }}
      placeholder={t("network.find")}
      notFoundContent={text ? t("network.none_found") : t("network.type")}
      options={all.map((one) => ({ value: one.id, label: `${one.name}（${one.code}）` }))}
      onChange={(next: string | null | undefined) => onChange(all.find((one) => one.id === next) ?? null)}
    />
  );
}
