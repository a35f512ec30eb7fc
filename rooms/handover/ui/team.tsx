// Which team's handover is shown: only where more than one hands over by itself.
import { Select } from "antd";
import { useTranslation } from "react-i18next";
import type { TeamChoice } from "./api";

/** The key of a team in addresses: what is of no team is the centre's. */
export const teamKey = (team: { id: string } | null | undefined) => team?.id ?? "centre";

export function ChooseTeam({ teams, value, all = false, onChoose }: { teams: TeamChoice[] | undefined; value: string | null; all?: boolean; onChoose: (key: string, choice: TeamChoice | null) => void }) {
  const { t } = useTranslation("handover");
  if (!teams || teams.length < 2) return null;
  const options = teams.map((one) => ({ value: teamKey(one.team), label: `${one.team?.name ?? t("team.centre")}${one.late ? ` · ${t("unsigned")}` : one.waiting > 0 ? ` · ${t("team.waiting")}` : ""}` }));
  return (
    <Select
      aria-label={t("team.choose")}
      className="handover-no-print"
      style={{ width: 230 }}
      value={value}
      options={all ? [{ value: "all", label: t("team.all") }, ...options] : options}
      onChange={(key: string) => onChoose(key, teams.find((one) => teamKey(one.team) === key) ?? null)}
    />
  );
}
