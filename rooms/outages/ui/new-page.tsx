// A new outage: entered as a draft, submitted and published on its own page.
import { Button } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { Notice, Page, useProblemText } from "@kit";
import { serverNow } from "@lib/clock";
import { enter } from "./api";
import { planOf, PlanForm, type Draft } from "./plan-form";

function fresh(): Draft {
  const day = dayjs(serverNow()).add(8, "day").startOf("day");
  return {
    plan: {
      utility: "gas",
      class: "planned",
      area: { text: "", elements: [], places: [], accounts: [] },
      scope: "",
      cause: "maintenance",
      reason: "",
      starts: day.hour(8).toISOString(),
      ends: day.hour(17).toISOString(),
      unit: null,
    },
    elements: [],
    numbers: "",
  };
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
