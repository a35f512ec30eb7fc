// How a suspected outage is marked, and the way between this room's pages.
import { ArrowUpRight, Check, CircleSlash, Hourglass, Radar, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import { Mark, type Tone } from "@kit";
import { count } from "@lib/format";
import { useMay } from "@lib/session";
import type { Proposal, StateWord } from "./api";
import { CONFIGURE, READ } from "./permissions";

const LOOKS: Record<StateWord, [Tone, LucideIcon]> = {
  proposed: ["busy", Radar],
  confirmed: ["ready", Check],
  dismissed: ["offline", CircleSlash],
  expired: ["offline", Hourglass],
  merged: ["rest", ArrowUpRight],
};

export function StateMark({ state }: { state: StateWord }) {
  const { t } = useTranslation("clusters");
  const [tone, icon] = LOOKS[state];
  return <Mark tone={tone} icon={icon} chip>{t(`state.${state}`)}</Mark>;
}

/** 变电站 › 线路 › 配变, the last in bold. */
export function Path({ of }: { of: Proposal }) {
  const { t } = useTranslation("clusters");
  const last = of.path.length - 1;
  return (
    <span className="clu-path">
      {of.path.map((step, nth) => (
        <span key={step.key}>
          {nth > 0 && <span className="muted" aria-hidden> › </span>}
          {nth === last ? <b title={t(`kind.${step.kind}`)}>{step.name}</b> : <span className="muted" title={t(`kind.${step.kind}`)}>{step.name}</span>}
        </span>
      ))}
    </span>
  );
}

/** Why it is no chance, in words: 10 分钟内 5 户，平时 0.01 户. */
export function Why({ of }: { of: Proposal }) {
  const { t } = useTranslation("clusters");
  const expected = of.expected < 0.01 ? t("why.hardly") : t("why.expected", { count: of.expected.toFixed(2) });
  return <span>{t("why.found", { minutes: of.window_min, households: count(of.found), expected })}</span>;
}

export function Tabs() {
  const { t } = useTranslation("clusters");
  const [read, configure] = [useMay(READ), useMay(CONFIGURE)];
  return (
    <nav className="tabs" aria-label={t("nav.clusters")}>
      {read && <NavLink end to="/clusters">{t("tabs.open")}</NavLink>}
      {read && <NavLink to="/clusters/past">{t("tabs.past")}</NavLink>}
      {configure && <NavLink to="/clusters/settings">{t("tabs.settings")}</NavLink>}
    </nav>
  );
}
