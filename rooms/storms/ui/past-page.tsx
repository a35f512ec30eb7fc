// Past storms, each with what came of it.
import { CloudSun } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type Column, Empty, Page, Pager, Panel, Table, Trouble } from "@kit";
import { useFound } from "@kit/found";
import { count, duration, moment } from "@lib/format";
import { usePast, type Line } from "./api";
import { share } from "./share";
import { Tabs } from "./tabs";
import { useWhy } from "./why";

export default function PastPage() {
  const { t } = useTranslation("storms");
  const why = useWhy();
  const found = useFound(["before"] as const);
  const past = usePast(found.filters.before);
  const next = past.data?.next;
  const columns: Column<Line>[] = [
    { key: "began", title: t("past.began"), cell: (one) => <Link to={`/storms/${one.id}`}>{moment(one.began_at, false)}</Link> },
    { key: "lasted", title: t("past.lasted"), cell: (one) => (one.ended_at ? duration(Date.parse(one.ended_at) - Date.parse(one.began_at)) : t("past.goes_on")) },
    { key: "why", title: t("past.why"), cell: (one) => why.began(one) },
    { key: "offered", title: t("report.offered"), num: true, cell: (one) => count(one.report.load.offered) },
    { key: "rate", title: t("report.answer_rate"), num: true, cell: (one) => share(one.report.answer_rate) },
    { key: "peak", title: t("report.peak_arrived"), num: true, cell: (one) => count(one.report.peak_arrived) },
  ];
  return (
    <Page title={t("past.title")} lead={t("past.lead")}>
      <Tabs />
      <Panel flush label={t("past.title")}>
        {past.isError && !past.data ? (
          <Trouble error={past.error} retry={() => void past.refetch()} />
        ) : (
          <Table label={t("past.title")} columns={columns} rows={past.data?.items} rowKey={(one) => one.id} to={(one) => `/storms/${one.id}`} empty={<Empty icon={CloudSun} title={t("past.none")}>{t("past.none_todo")}</Empty>} foot={<Pager newest={!found.filters.before} onNewest={found.newest} onOlder={next ? () => found.older(next) : undefined} />} />
        )}
      </Panel>
    </Page>
  );
}
