// Past storms, each with what came of it.
import { CloudSun } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type Column, Empty, Page } from "@kit";
import { Listed } from "@kit/listed";
import { count, duration, moment } from "@lib/format";
import { useUrlState } from "@lib/url";
import { usePast, type Line } from "./api";
import { share } from "./share";
import { Tabs } from "./tabs";
import { useWhy } from "./why";

export default function PastPage() {
  const { t } = useTranslation("storms");
  const why = useWhy();
  const [url] = useUrlState(["before"]);
  const past = usePast(url.before);
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
      <Listed label={t("past.title")} columns={columns} of={past} rowKey={(one) => one.id} to={(one) => `/storms/${one.id}`} empty={<Empty icon={CloudSun} title={t("past.none")}>{t("past.none_todo")}</Empty>} />
    </Page>
  );
}
