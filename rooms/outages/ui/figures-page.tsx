// Whether people were told in time: agents (K33), announcements (K34), and times of restoration that held.
import dayjs from "dayjs";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Page, Tile, Trouble } from "@kit";
import { Filters, TimeFilter } from "@kit/filters";
import { serverNow } from "@lib/clock";
import { count } from "@lib/format";
import { useMay } from "@lib/session";
import { useUrlState } from "@lib/url";
import { useFigures } from "./api";
import { Tabs } from "./marks";
import { HEARD } from "./permissions";

const share = (of: number, all: number) => (all > 0 ? `${((100 * of) / all).toFixed(1)}%` : "—");

export default function FiguresPage() {
  const { t } = useTranslation("outages");
  const mayHear = useMay(HEARD);
  const [url, change] = useUrlState(["from", "to"] as const);
  const today = dayjs(serverNow()).startOf("day");
  const from = url.from ?? today.subtract(29, "day").toISOString();
  const to = url.to ?? today.add(1, "day").toISOString();
  const figures = useFigures(from, to);
  if (figures.isError && !figures.data) return <Trouble page error={figures.error} retry={() => void figures.refetch()} />;
  const data = figures.data;
  return (
    <Page title={t("figures.title")} lead={t("figures.lead")}>
      <Tabs />
      <Filters label={t("figures.period")} active={Boolean(url.from ?? url.to)} onClear={() => change({ from: null, to: null })}>
        <TimeFilter label={t("figures.period")} from={url.from} to={url.to} onChange={(next, until) => change({ from: next, to: until })} />
      </Filters>
      <div className="tiles">
        <Tile title={t("figures.k33")} value={data ? share(data.told, data.eligible) : "—"} note={t("figures.of", { of: count(data?.told), all: count(data?.eligible) })} foot={t("figures.not_applicable", { count: data?.not_applicable ?? 0 })} />
        <Tile title={t("figures.k34")} value={data ? share(data.in_time, data.planned) : "—"} note={t("figures.of", { of: count(data?.in_time), all: count(data?.planned) })} />
        <Tile title={t("figures.kept")} value={data ? share(data.estimates_kept, data.estimates_kept + data.estimates_broken) : "—"} note={t("figures.told_times", { count: data?.estimates ?? 0 })} foot={t("figures.broken", { count: data?.estimates_broken ?? 0 })} />
      </div>
      {mayHear && <p><Link to="/outages/heard">{t("heard.link")}</Link></p>}
    </Page>
  );
}
