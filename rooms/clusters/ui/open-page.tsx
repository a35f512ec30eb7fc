// Where supply may be off: what is suspected now at the left, the chosen one with its evidence and its button at the right.
import { Radar } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty, Page, Skeletons, Timer, Trouble } from "@kit";
import { count } from "@lib/format";
import { useUrlState } from "@lib/url";
import { useFresh, useProposal, useProposals, type Proposal } from "./api";
import { Detail } from "./detail";
import { Path, Tabs } from "./marks";
import "./clusters.css";

function Card({ of, chosen, onChoose }: { of: Proposal; chosen: boolean; onChoose: () => void }) {
  const { t } = useTranslation("clusters");
  return (
    <li>
      <button type="button" className="clu-card" aria-current={chosen} onClick={onChoose}>
        <span className="row"><b>{of.area}</b><span className="grow" /><Timer since={of.first} label={t("figure.since")} /></span>
        <Path of={of} />
        <span className="row tight num">{t("card.of", { households: count(of.households), signals: count(of.signals), customers: count(of.customers) })}</span>
      </button>
    </li>
  );
}

function Chosen({ number }: { number: string }) {
  const one = useProposal(number);
  if (one.data) return <Detail key={number} of={one.data} />;
  return one.isError ? <Trouble error={one.error} retry={() => void one.refetch()} /> : <Skeletons lines={8} />;
}

export default function OpenPage() {
  const { t } = useTranslation("clusters");
  useFresh();
  const open = useProposals({ which: "open" });
  const [url, change] = useUrlState(["one"] as const);
  const items = open.data?.items;
  const first = items?.[0]?.number;
  const [read, setRead] = useState<string>();
  if (read === undefined && first !== undefined) setRead(first);
  // What is read stays in sight until something else is chosen, whatever becomes of it or of the list: the key beside it confirms
  // what was read, and never what has taken its place.
  const chosen = url.one ?? read ?? first;
  return (
    <Page title={t("nav.clusters")} lead={t("open.lead")}>
      <Tabs />
      {open.isError && !items && <Trouble error={open.error} retry={() => void open.refetch()} />}
      {!items && !open.isError && <Skeletons lines={8} />}
      {items?.length === 0 && !chosen && <Empty icon={Radar} title={t("open.none")}>{t("open.none_todo")}</Empty>}
      {items && chosen && (
        <div className="clu-split">
          <ul className="clu-list" aria-label={t("open.title")}>
            {items.map((of) => <Card key={of.number} of={of} chosen={of.number === chosen} onChoose={() => change({ one: of.number })} />)}
            {items.length === 0 && <li className="muted">{t("open.none")}</li>}
          </ul>
          <Chosen number={chosen} />
        </div>
      )}
    </Page>
  );
}
