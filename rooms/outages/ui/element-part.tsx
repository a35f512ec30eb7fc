// On the page of one part of the network: its outages now and before, and who puts them up where it supplies.
import { CalendarCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Empty, Mark, Panel, Short, Table, Trouble, type Column } from "@kit";
import { count } from "@lib/format";
import type { SlotProps } from "@lib/slots";
import { useOfElement, type OfElement } from "./api";
import { Alarms, StateMark } from "./marks";

export default function ElementPart({ element }: SlotProps["network.element"]) {
  const { t } = useTranslation("outages");
  const found = useOfElement(element);
  if (found.isError && !found.data) return <Trouble error={found.error} retry={() => void found.refetch()} />;
  const columns: Column<OfElement>[] = [
    { key: "number", title: t("column.number"), cell: (one) => <Link className="strong nowrap" to={`/outages/${one.id}`}>{one.number}</Link> },
    { key: "state", title: t("column.state"), cell: (one) => <span className="row tight"><StateMark state={one.state} /><Alarms outage={one} /></span> },
    { key: "area", title: t("column.area"), cell: (one) => one.area },
    { key: "starts", title: t("column.starts"), cell: (one) => <Short at={one.starts} /> },
    { key: "ends", title: t("column.ends"), cell: (one) => (one.ends ? <Short at={one.ends} /> : "—") },
    { key: "whole", title: t("element.extent"), cell: (one) => (one.whole ? t("element.whole") : t("element.part")) },
    { key: "counts", title: t("column.counts"), num: true, cell: (one) => count(one.counts.all) },
  ];
  const liaisons = found.data?.liaisons ?? [];
  return (
    <>
      <Panel flush title={t("element.outages")}>
        <Table
          label={t("element.outages")}
          columns={columns}
          rows={found.data?.outages}
          rowKey={(one) => one.id}
          to={(one) => `/outages/${one.id}`}
          expect={2}
          empty={<Empty icon={CalendarCheck} title={t("element.none")}>{t("element.none_todo")}</Empty>}
        />
      </Panel>
      <Panel title={t("element.liaisons")}>
        {found.data && liaisons.length === 0 ? (
          <p className="muted">{t("element.no_liaisons")}</p>
        ) : (
          <div className="row tight wrap">
            {liaisons.map((one) => (
              <Link key={one.id} to={`/outages/liaisons?text=${encodeURIComponent(one.name)}`}>
                <Mark chip tone={one.retired ? "offline" : "accent"} icon={CalendarCheck}>
                  {one.name} {one.place}
                </Mark>
              </Link>
            ))}
          </div>
        )}
      </Panel>
    </>
  );
}
