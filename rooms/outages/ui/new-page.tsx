// A new outage: entered as a draft, submitted and published on its own page.
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { Notice, Page, useProblemText } from "@kit";
import { enter } from "./api";
import { planOf, PlanForm, type Draft } from "./plan-form";
import { usual } from "./usual";

function fresh(): Draft {
  const area = { text: "", elements: [], places: [], accounts: [] };
  return { plan: { utility: "gas", ...usual("planned"), area, scope: "", reason: "", unit: null }, elements: [], numbers: "", usual: true };
}

export default function NewPage() {
  const { t } = useTranslation("outages");
  const navigate = useNavigate();
  const problem = useProblemText();
  const [draft, setDraft] = useState(fresh);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<unknown>(null);
  const save = () => {
    setBusy(true);
    setFailed(null);
    planOf(draft)
      .then(enter)
      .then((outage) => navigate(`/outages/${outage.id}`))
      .catch(setFailed)
      .finally(() => setBusy(false));
  };
  return (
    <Page title={t("form.new")} lead={t("form.lead")} actions={<Button type="primary" loading={busy} onClick={save}>{t("form.save")}</Button>}>
      {failed ? <Notice tone="busy" title={problem(failed).what} /> : null}
      <PlanForm draft={draft} onChange={setDraft} />
    </Page>
  );
}
