// The tab 历史: what this caller has called about before.
import { History as HistoryIcon } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Empty, ListMoment, Skeletons, Trouble } from "@kit";
import { useCallCustomer } from "@lib/customer";
import { useAgents } from "@lib/directory";
import type { SlotProps } from "@lib/slots";
import { useHistory, useTree } from "../api";
import { ReasonPath, ResultMark } from "../facts";
import { index } from "../tree";
import "../interactions.css";

export default function CallerHistory({ call }: SlotProps["desk.assist"]) {
  const { t } = useTranslation("interactions");
  const whose = useCallCustomer(call);
  const found = useHistory(call, whose.data?.customer?.id ?? null);
  const tree = useTree();
  const agents = useAgents();
  const indexed = useMemo(() => (tree.data ? index(tree.data) : null), [tree.data]);
  if (call === null) return <Empty icon={HistoryIcon} title={t("history.no_call")}>{t("history.no_call_todo")}</Empty>;
  if (found.isError && !found.data) return <Trouble error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Skeletons lines={6} />;
  if (found.data.length === 0) return <Empty icon={HistoryIcon} title={t("history.none")}>{t("history.none_todo")}</Empty>;
  return (
    <ol className="record-earlier">
      {found.data.map((record) => (
        <li key={`${record.call} ${record.agent}`}>
          <span className="row wrap tight">
            <Link to={`/calls/${record.call}`}>
              <ListMoment at={record.at} />
            </Link>
            <span className="grow" />
            <ResultMark result={record.draft.result} />
          </span>
          <b>
            <ReasonPath tree={indexed} code={record.draft.reason} short />
          </b>
          {record.draft.notes && <p className="soft">{record.draft.notes}</p>}
          <span className="muted">{agents.name(record.agent)}</span>
        </li>
      ))}
    </ol>
  );
}
