// The menus of this centre: which version callers hear, and which drafts wait to be published.
import { Button, Input, Modal } from "antd";
import { CircleDashed, ListTree, PencilLine, Plus, Radio } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { Empty, Field, Mark, Moment, Notice, Page, Panel, Table, Trouble, useProblemText } from "@kit";
import { createFlow, useFlows, type FlowItem } from "./api";
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

function NewFlow({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("ivr_flows");
  const { t: app } = useTranslation("app");
  const navigate = useNavigate();
  const problemText = useProblemText();
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const said = problem ? problemText(problem) : null;
  async function send(): Promise<void> {
    setBusy(true);
    try {
      const flow = await createFlow(name.trim());
      await navigate(`/ivr_flows/${flow.id}`);
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  }
  return (
    <Modal open title={t("flow.add")} okText={t("flow.add")} cancelText={app("cancel")} confirmLoading={busy} okButtonProps={{ disabled: !name.trim() }} onCancel={onClose} onOk={() => void send()}>
      <div className="stack" style={{ gap: 16 }}>
        {said && (
          <Notice tone="busy" title={said.what}>
            {said.todo}
          </Notice>
        )}
        <Field label={t("flow.name")} htmlFor="flow-name" required help={t("flow.name_help")}>
          <Input id="flow-name" value={name} maxLength={60} onChange={(event) => setName(event.target.value)} onPressEnter={() => name.trim() && void send()} />
        </Field>
        <p className="muted">{t("flow.add_help")}</p>
      </div>
    </Modal>
  );
}

export default function FlowsPage() {
  const { t } = useTranslation("ivr_flows");
  const flows = useFlows();
  const [adding, setAdding] = useState(false);
  return (
    <Page
      title={t("title")}
      lead={t("lead")}
      actions={
        flows.data?.allowed.includes("create") && (
          <Button type="primary" onClick={() => setAdding(true)} icon={<Plus size={16} aria-hidden />}>
            {t("flow.add")}
          </Button>
        )
      }
    >
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
      {adding && <NewFlow onClose={() => setAdding(false)} />}
    </Page>
  );
}
