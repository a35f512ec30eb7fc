// Who is affected, for paper: the first thousand, those first who must be told first. Fetching it is written down.
import { Button } from "antd";
import { ArrowLeft, Printer, Users } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { Empty, Notice, Page, Panel, Skeletons, Table, Trouble, useProblemText, type Column } from "@kit";
import { count } from "@lib/format";
import { paperOf, useOutage, type Affected, type Paper } from "./api";
import { CountsText } from "./marks";

export default function PaperPage() {
  const { id = "" } = useParams();
  const { t } = useTranslation("outages");
  const problem = useProblemText();
  const found = useOutage(id);
  const [paper, setPaper] = useState<Paper | null>(null);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<unknown>(null);
  const outage = found.data;
  if (found.isError && !outage) return <Trouble page error={found.error} retry={() => void found.refetch()} />;
  if (!outage)
    return (
      <Page title={t("affected.title")}>
        <Skeletons lines={12} />
      </Page>
    );
  const fetch = () => {
    setBusy(true);
    setFailed(null);
    paperOf(id)
      .then((got) => {
        setPaper(got);
        // Printed as it stands, when it stands.
        setTimeout(() => window.print(), 300);
      })
      .catch(setFailed)
      .finally(() => setBusy(false));
  };
  const columns: Column<Affected>[] = [
    { key: "rank", title: t("affected.rank"), cell: (one) => (one.rank < 4 ? t(`rank.${one.rank as 1}`) : "") },
    { key: "name", title: t("affected.name"), cell: (one) => one.name },
    { key: "number", title: t("affected.number"), cell: (one) => one.number },
    { key: "class", title: t("affected.class"), cell: (one) => t(`customer.${one.class as "residential"}`) },
    { key: "address", title: t("affected.address"), cell: (one) => one.address },
  ];
  return (
    <Page
      title={t("affected.title")}
      lead={`${outage.number} ${outage.area}`}
      heading={
        <span className="row">
          <Link to={`/outages/${id}`} aria-label={t("affected.back")} className="row not-on-paper">
            <ArrowLeft size={20} aria-hidden />
          </Link>
          {t("affected.title")}
        </span>
      }
      actions={
        <Button type="primary" className="not-on-paper" loading={busy} icon={<Printer size={16} aria-hidden />} onClick={fetch}>
          {t("affected.print")}
        </Button>
      }
    >
      {failed ? <Notice tone="busy" title={problem(failed).what} /> : null}
      <Panel>
        <CountsText counts={outage.counts} />
      </Panel>
      {paper && paper.all > paper.affected.length && <Notice tone="wrap" title={t("affected.cut", { shown: count(paper.affected.length), all: count(paper.all) })} />}
      <Panel flush title={t("affected.title")}>
        {paper ? (
          <Table label={t("affected.title")} columns={columns} rows={paper.affected} rowKey={(one) => one.account} empty={<Empty icon={Users} title={t("affected.none")}>{t("affected.none_todo")}</Empty>} />
        ) : (
          <Empty icon={Printer} title={t("affected.paper")}>{t("affected.paper_todo")}</Empty>
        )}
      </Panel>
    </Page>
  );
}
