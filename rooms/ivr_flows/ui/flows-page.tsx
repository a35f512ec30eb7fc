// The menus of this centre: which version callers hear, and which drafts wait to be published.
import { CircleDashed, ListTree, PencilLine, Radio } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Empty, Mark, Moment, Page, Panel, Table, Trouble } from "@kit";
import { useFlows, type FlowItem } from "./api";
import { Tabs } from "./tabs";

export function FlowState({ flow }: { flow: Pick<FlowItem, "published" | "changed"> }) {
  const { t } = useTranslation("ivr_flows");
  if (flow.published === null)
    return (
      <Mark tone="offline" icon={CircleDashed}>
        {t("state.never")}
      </Mark>
    );
  return (
    <span className="row">
      <Mark tone="ready" icon={Radio}>
        {t("state.live", { version: flow.published })}
      </Mark>
      {flow.changed && (
        <Mark tone="wrap" icon={PencilLine}>
          {t("state.changed")}
        </Mark>
      )}
    </span>
  );
}

export default function FlowsPage() {
  const { t } = useTranslation("ivr_flows");
  const flows = useFlows();
  return (
    <Page title={t("title")} lead={t("lead")}>
      <Tabs />
      <Panel flush label={t("title")}>
        {flows.isError && !flows.data ? (
          <Trouble error={flows.error} retry={() => void flows.refetch()} />
        ) : (
          <Table
            label={t("title")}
            rows={flows.data?.items}
            rowKey={(flow) => flow.id}
            to={(flow) => `/ivr_flows/${flow.id}`}
            expect={4}
            columns={[
              { key: "name", title: t("column.name"), cell: (flow) => <Link className="strong" to={`/ivr_flows/${flow.id}`}>{flow.name}</Link> },
              { key: "numbers", title: t("column.numbers"), cell: (flow) => (flow.numbers.length > 0 ? flow.numbers.join("、") : <span className="muted">{t("no_number")}</span>) },
              { key: "state", title: t("column.state"), cell: (flow) => <FlowState flow={flow} /> },
              { key: "at", title: t("column.at"), cell: (flow) => (flow.published_at ? <Moment at={flow.published_at} seconds={false} /> : "—") },
              { key: "by", title: t("column.by"), cell: (flow) => flow.published_by ?? "—" },
            ]}
            empty={
              <Empty icon={ListTree} title={t("none")}>
                {t("none_todo")}
              </Empty>
            }
          />
        )}
      </Panel>
    </Page>
  );
}
