// Every campaign with how far it has come; the way to a new one.
import { Button } from "antd";
import { PhoneOutgoing, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { type Column, Empty, Page, Short } from "@kit";
import { Listed } from "@kit/listed";
import { count } from "@lib/format";
import { useMay } from "@lib/session";
import { useUrlState } from "@lib/url";
import { useCampaigns, useSettings, type CampaignLine } from "./api";
import { CampaignDialog } from "./edit-dialog";
import { StateMark, Tabs } from "./marks";
import { PREPARE } from "./permissions";
import { ProgressBar } from "./progress-bar";

export default function CampaignsPage() {
  const { t } = useTranslation("campaigns");
  const navigate = useNavigate();
  const [url] = useUrlState(["before"]);
  const campaigns = useCampaigns(url.before);
  const settings = useSettings().data;
  const prepare = useMay(PREPARE);
  const [drafting, setDrafting] = useState(false);
  const draft = prepare && settings && (
    <Button type="primary" icon={<Plus size={16} aria-hidden />} onClick={() => setDrafting(true)}>{t("list.new")}</Button>
  );
  const columns: Column<CampaignLine>[] = [
    { key: "name", title: t("column.name"), cell: (one) => <Link to={`/campaigns/${one.id}`}>{one.name}</Link> },
    { key: "state", title: t("column.state"), width: 130, cell: (one) => <StateMark state={one.state} /> },
    { key: "progress", title: t("column.progress"), cell: (one) => <ProgressBar of={one.progress} /> },
    { key: "people", title: t("column.people"), num: true, cell: (one) => count(one.progress.people) },
    { key: "reached", title: t("column.reached"), num: true, cell: (one) => count(one.progress.outcomes.reached ?? 0) },
    { key: "at", title: t("column.created"), cell: (one) => <Short at={one.created_at} /> },
  ];
  return (
    <Page title={t("nav.campaigns")} lead={t("list.lead")} actions={draft}>
      <Tabs />
      <Listed
        label={t("nav.campaigns")}
        columns={columns}
        of={campaigns}
        rowKey={(one) => one.id}
        to={(one) => `/campaigns/${one.id}`}
        empty={
          <Empty icon={PhoneOutgoing} title={t("list.none")} action={draft || undefined}>
            {t("list.none_todo")}
          </Empty>
        }
      />
      {drafting && settings && <CampaignDialog settings={settings} onClose={() => setDrafting(false)} onMade={(made) => void navigate(`/campaigns/${made.id}`)} />}
    </Page>
  );
}
