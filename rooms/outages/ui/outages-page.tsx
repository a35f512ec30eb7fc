// Where supply is off now, where it will be, where it was; how many are concerned and who waits for whom.
import { Button } from "antd";
import { FileSpreadsheet, Volume2, ZapOff } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { Choose, type Column, Due, Empty, Mark, Page, Pager, Panel, Short, Table, Tile, Trouble } from "@kit";
import { useUnits } from "@lib/directory";
import { count } from "@lib/format";
import { useMay } from "@lib/session";
import { useUrlState } from "@lib/url";
import { useNow, useOutages, WHICH, type OutageLine, type Which } from "./api";
import { Alarms, CountsText, StateMark, Tabs } from "./marks";
import { APPROVE, CONFIGURE, WRITE } from "./permissions";
import { UnnamedNotice } from "./unnamed";

function Tiles() {
  const { t } = useTranslation("outages");
  const now = useNow().data;
  const alarm = (value: number | undefined) => (value ? { tone: "busy" as const } : {});
  return (
    <div className="tiles">
      <Tile title={t("tile.in_progress")} value={count(now?.in_progress)} note={t("tile.coming", { count: now?.coming ?? 0 })} />
      <Tile title={t("tile.affected")} value={count(now?.affected)} note={t("tile.restored", { count: now?.restored ?? 0 })} foot={now?.stuck ? t("tile.stuck", { count: now.stuck }) : undefined} />
      <Tile title={t("tile.stale")} value={count(now?.stale)} {...alarm(now?.stale)} note={t("tile.greetings", { count: now?.greetings_waiting ?? 0 })} />
      <Tile title={t("tile.to_call")} value={count(now?.to_call)} {...alarm(now?.to_call)} note={<Link to="/outages/calls">{t("tile.open_calls")}</Link>} />
    </div>
  );
}

export default function OutagesPage() {
  const { t } = useTranslation("outages");
  const navigate = useNavigate();
  const [url, change] = useUrlState(["which", "offset"] as const);
  const which: Which = WHICH.find((key) => key === url.which) ?? "now";
  const offset = Number(url.offset ?? 0) || 0;
  const outages = useOutages(which, offset);
  const units = useUnits();
  const write = useMay(WRITE);
  const leads = useMay([APPROVE, CONFIGURE]);
  const next = outages.data?.next;
  const add = write && (
    <Button type="primary" icon={<FileSpreadsheet size={16} aria-hidden />} onClick={() => void navigate("/outages/new")}>
      {t("list.new")}
    </Button>
  );
  const columns: Column<OutageLine>[] = [
    {
      key: "area",
      title: t("column.area"),
      cell: (one) => (
        <span>
          <Link to={`/outages/${one.id}`}>{one.area}</Link>
          <br />
          <span className="muted nowrap">{one.number}</span>
        </span>
      ),
    },
    {
      key: "what",
      title: t("column.what"),
      cell: (one) => (
        <span>
          {t(`class.${one.class}`)}
          {t(`off.${one.utility}`)}
          <br />
          <span className="muted">{t(`cause.${one.cause}`)}</span>
        </span>
      ),
    },
    {
      key: "state",
      title: t("column.state"),
      cell: (one) => (
        <span className="row tight">
          <StateMark state={one.state} />
          <Alarms outage={one} />
          {one.speaks && <Mark tone="accent" icon={Volume2}>{t("alarm.speaks")}</Mark>}
        </span>
      ),
    },
    { key: "starts", title: t("column.starts"), cell: (one) => <Short at={one.starts} /> },
    {
      key: "ends",
      title: t("column.ends"),
      cell: (one) =>
        one.restored_at ? <Short at={one.restored_at} /> : one.ends ? one.state === "in_progress" ? <Due at={one.ends} past={t("alarm.past")} /> : <Short at={one.ends} /> : one.next_news ? <span>{t("column.news")} <Short at={one.next_news} /></span> : "—",
    },
    { key: "counts", title: t("column.counts"), cell: (one) => <CountsText counts={one.counts} /> },
    { key: "unit", title: t("column.unit"), cell: (one) => units.name(one.unit) ?? "—" },
  ];
  return (
    <Page title={t("nav.outages")} lead={t("list.lead")} actions={add}>
      <Tabs />
      {leads && <UnnamedNotice />}
      <Tiles />
      <Choose label={t("list.which")} value={which} items={WHICH.map((key) => ({ key, label: t(`which.${key}`) }))} onChoose={(key) => change({ which: key, offset: null })} />
      <Panel flush label={t(`which.${which}`)}>
        {outages.isError && !outages.data ? (
          <Trouble error={outages.error} retry={() => void outages.refetch()} />
        ) : (
          <Table
            label={t(`which.${which}`)}
            columns={columns}
            rows={outages.data?.outages}
            rowKey={(one) => one.id}
            to={(one) => `/outages/${one.id}`}
            empty={<Empty icon={ZapOff} title={t(`list.none_${which}`)} action={add}>{t("list.none_todo")}</Empty>}
            foot={<Pager newest={offset === 0} words="list" onNewest={() => change({ offset: null })} onOlder={next ? () => change({ offset: String(next) }) : undefined} />}
          />
        )}
      </Panel>
    </Page>
  );
}
