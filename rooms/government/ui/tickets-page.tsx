// The tickets that came from 12345: both numbers, both states, their limits, and what waits to be told or was refused.
import { Inbox, Send, ShieldAlert, TriangleAlert, Zap } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Choose, Due, Empty, Mark, Notice, Page, Short, Tile, type Column } from "@kit";
import { Filters } from "@kit/filters";
import { Listed } from "@kit/listed";
import { count } from "@lib/format";
import { useMay } from "@lib/session";
import { useUrlState } from "@lib/url";
import { usePlatforms, useTickets, type TicketLine } from "./api";
import { AskedMark, StageMark, Tabs } from "./marks";
import { CONFIGURE } from "./permissions";

const WHICH = ["open", "in_line", "all"] as const;

/** What the platform has not heard yet, and why. */
export function Line({ ticket }: { ticket: TicketLine }) {
  const { t } = useTranslation("government");
  if (ticket.refused) return <Mark tone="busy" icon={TriangleAlert}>{t("line.refused")}</Mark>;
  if (ticket.failures > 0) return <Mark tone="wrap" icon={Send}>{t("line.failing", { count: ticket.failures })}</Mark>;
  if (ticket.waiting > 0) return <Mark tone="wrap" icon={Send}>{t("line.waiting", { count: ticket.waiting })}</Mark>;
  return <span className="muted">{t("line.none")}</span>;
}

export default function TicketsPage() {
  const { t } = useTranslation("government");
  const [url, change] = useUrlState(["which", "before"] as const);
  const which = WHICH.find((one) => one === url.which) ?? "open";
  const asked = useTickets({ which, ...(url.before ? { before: url.before } : {}) });
  const platforms = usePlatforms().data?.platforms;
  const configures = useMay(CONFIGURE);
  const now = asked.data?.now;
  const columns: Column<TicketLine>[] = [
    {
      key: "number",
      title: t("column.number"),
      cell: (one) => (
        <span className="row tight">
          <Link to={`/government/tickets/${one.id}`} className="nowrap">{one.number}</Link>
          {one.urgent && <Mark tone="busy" icon={Zap}>{t("urgent")}</Mark>}
          {one.conflict && <Mark tone="busy" icon={ShieldAlert}>{t("conflict.short")}</Mark>}
        </span>
      ),
    },
    { key: "order", title: t("column.order"), cell: (one) => <Link to={`/work_orders/${one.order_number}`} className="nowrap">{one.order_number}</Link> },
    { key: "stage", title: t("column.stage"), cell: (one) => <StageMark stage={one.stage} /> },
    { key: "state", title: t("column.state"), cell: (one) => (one.order_state ? t(`state.${one.order_state as "accepted"}`) : "—") },
    { key: "due", title: t("column.due"), cell: (one) => (one.due ? <Due at={one.due} past={t("overdue")} /> : "—") },
    {
      key: "asked",
      title: t("column.asked"),
      cell: (one) => (
        <span className="row tight">
          {one.extension && <span className="nowrap">{t("extension.short")} <AskedMark state={one.extension.state} /></span>}
          {one.hand_back && <span className="nowrap">{t("hand_back.short")} <AskedMark state={one.hand_back.state} /></span>}
          {!one.extension && !one.hand_back && "—"}
        </span>
      ),
    },
    { key: "line", title: t("column.line"), cell: (one) => <Line ticket={one} /> },
    { key: "came", title: t("column.came"), cell: (one) => <Short at={one.came_at} /> },
  ];
  return (
    <Page title={t("nav.government")} lead={t("lead")}>
      <Tabs />
      <div className="tiles">
        <Tile title={t("tile.open")} value={count(now?.open)} />
        <Tile title={t("tile.overdue")} value={count(now?.overdue)} {...(now && now.overdue > 0 ? { tone: "busy" as const } : {})} />
        <Tile title={t("tile.waiting")} value={count(now?.waiting)} />
        <Tile title={t("tile.refused")} value={count(now?.refused)} {...(now && now.refused > 0 ? { tone: "busy" as const } : {})} />
      </div>
      {platforms?.filter((one) => one.state === "paused" || !one.has_secret).map((one) => (
        <Notice key={one.id} tone="wrap" title={t(one.has_secret ? "platform.is_paused" : "platform.no_secret", { name: one.name })}>
          {t(one.has_secret ? "platform.paused_todo" : "platform.no_secret_todo")}
        </Notice>
      ))}
      <Filters label={t("filters")} active={false} onClear={() => change({ which: null, before: null })}>
        <Choose label={t("filters")} value={which} items={WHICH.map((key) => ({ key, label: t(`which.${key}`) }))} onChoose={(key) => change({ which: key, before: null })} />
      </Filters>
      <Listed
        label={t(`which.${which}`)}
        columns={columns}
        of={asked}
        rowKey={(one) => one.id}
        to={(one) => `/government/tickets/${one.id}`}
        expect={8}
        empty={
          platforms?.length === 0 ? (
            <Empty icon={Inbox} title={t("none_platform")} action={configures && <Link to="/government/platforms">{t("platform.add")}</Link>}>{t("none_platform_todo")}</Empty>
          ) : (
            <Empty icon={Inbox} title={t(`none.${which}`)}>{t(`none_todo.${which}`)}</Empty>
          )
        }
      />
    </Page>
  );
}
