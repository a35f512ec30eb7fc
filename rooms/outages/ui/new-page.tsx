// A new outage: entered as a draft, submitted and published on its own page.
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";
import { Notice, Page, useProblemText } from "@kit";
import { useMay } from "@lib/session";
import { enter } from "./api";
import { APPROVE } from "./permissions";
import { planOf, PlanForm, type Draft } from "./plan-form";
import { usual } from "./usual";

type Like = Pick<Draft, "plan" | "elements">;

function fresh(): Draft {
  const area = { text: "", elements: [], places: [], accounts: [] };
  return { plan: { utility: "gas", ...usual("planned"), area, scope: "", reason: "", unit: null }, elements: [], numbers: "", usual: true };
}

/** As one that is over: its times are not. */
function as({ plan, elements }: Like): Draft {
  return { plan: { ...plan, ...usual(plan.class), cause: plan.cause }, elements, numbers: "", usual: false };
}

export default function NewPage() {
  const { t } = useTranslation("outages");
  const navigate = useNavigate();
  const problem = useProblemText();
  const like = (useLocation().state as { like?: Like } | null)?.like;
  const [draft, setDraft] = useState(() => (like ? as(like) : fresh()));
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<unknown>(null);
  const mayPublish = useMay(APPROVE);
  /** What is going on already is published at once by a leader, who reads what callers hear before. */
  const atOnce = mayPublish && draft.plan.class === "fault";
  const save = (open?: "publish") => {
    setBusy(true);
    setFailed(null);
    planOf(draft)
      .then(enter)
      .then((outage) => navigate(`/outages/${outage.id}`, { state: { open } }))
      .catch((error: unknown) => {
        setFailed(error);
        window.scrollTo({ top: 0 });
      })
      .finally(() => setBusy(false));
  };
  return (
    <Page title={t("form.new")} lead={t("form.lead")} actions={
        <>
          <Button type={atOnce ? "default" : "primary"} loading={busy && !atOnce} disabled={busy} onClick={() => save()}>{t("form.save")}</Button>
          {atOnce && <Button type="primary" loading={busy} onClick={() => save("publish")}>{t("form.save_and_publish")}</Button>}
        </>
      }
    >
      {failed ? <Notice tone="busy" title={problem(failed).what} /> : null}
      <PlanForm draft={draft} onChange={setDraft} />
    </Page>
  );
}
