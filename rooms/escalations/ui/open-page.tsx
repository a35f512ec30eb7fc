// What is open: each with its ladder drawn as steps, whose turn it is and how much time is left; and who stands on the ladder now.
import { Siren } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Empty, Notice, Page, Panel, Skeletons, Trouble } from "@kit";
import { useAgents } from "@lib/directory";
import { useMay } from "@lib/session";
import { useEscalations, useFresh, useLadder } from "./api";
import { Card } from "./card";
import { Tabs } from "./marks";
import { READ } from "./permissions";

function Standing() {
  const { t } = useTranslation("escalations");
  const agents = useAgents();
  const steps = useLadder().data ?? [];
  // Leaders of a unit, or of a group, come with the matter: those steps are not empty for want of anybody here.
  const empty = steps.filter((step) => (step.rung === "floor_supervisor" || step.rung === "duty_officer") && !step.people.some((one) => one.reachable));
  return (
    <Panel title={t("standing.title")}>
      {empty.map((step) => <Notice key={step.rung} tone="busy" title={t("standing.empty", { rung: t(`rung.${step.rung}`) })}>{t("standing.empty_todo")}</Notice>)}
      <ol className="esc-steps">
        {steps.map((step) => (
          <li key={step.rung} className="esc-step">
            <strong>{t(`rung.${step.rung}`)}</strong>
            <ul>
              {step.people.map((one) => (
                <li key={one.person}>
                  {agents.name(one.person)} <span className="muted">{t(one.present ? "standing.present" : one.reachable ? "standing.by_phone" : "standing.unreachable")}</span>
                </li>
              ))}
              {step.people.length === 0 && <li className="muted">{t(step.rung === "department_head" ? "standing.by_matter" : "turn.nobody")}</li>}
            </ul>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

export default function OpenPage() {
  const { t } = useTranslation("escalations");
  useFresh();
  const open = useEscalations({ which: "open" });
  const reads = useMay(READ);
  return (
    <Page title={t("nav.escalations")} lead={t("open.lead")}>
      <Tabs />
      <Panel title={t("open.title")}>
        {open.isError && !open.data && <Trouble error={open.error} retry={() => void open.refetch()} />}
        {!open.data && !open.isError && <Skeletons lines={8} />}
        {open.data?.items.length === 0 && <Empty icon={Siren} title={t("open.none")}>{t("open.none_todo")}</Empty>}
        {open.data?.items.map((one) => <Card key={one.id} of={one} />)}
      </Panel>
      {reads && <Standing />}
    </Page>
  );
}
