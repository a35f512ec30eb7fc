// The menus of this centre: which version callers hear, and which drafts wait to be published.
import { Button, Input, Modal, Select } from "antd";
import { CircleDashed, ListTree, PencilLine, Plus, Radio } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { Empty, Field, Mark, Moment, Notice, Page, Panel, Table, Trouble, useProblemText } from "@kit";
import { useUrlState } from "@lib/url";
import { createFlow, useFlows, useTemplates, type FlowItem } from "./api";
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

/** The choice of whoever wants none of the templates. */
const EMPTY = "";

function NewFlow({ wanted, onClose }: { wanted: string; onClose: () => void }) {
  const { t } = useTranslation("ivr_flows");
  const { t: app } = useTranslation("app");
  const navigate = useNavigate();
  const problemText = useProblemText();
  const templates = useTemplates(true);
  const [from, setFrom] = useState<string | null>(null);
  const [written, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const said = problem ? problemText(problem) : null;
  const open = (templates.data ?? []).filter((one) => !one.there);
  const template = open.find((one) => one.name === (from ?? wanted));
  // Settings know it by this name.
  const name = template?.name ?? written;
  async function send(): Promise<void> {
    setBusy(true);
    try {
      const flow = await createFlow(name.trim(), template?.source);
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
        {open.length > 0 && (
          <Field label={t("flow.from")} htmlFor="flow-from">
            <Select id="flow-from" value={template?.name ?? EMPTY} onChange={setFrom} options={[{ value: EMPTY, label: t("flow.from_empty") }, ...open.map((one) => ({ value: one.name, label: one.about }))]} />
          </Field>
        )}
        <Field label={t("flow.name")} htmlFor="flow-name" required help={t(template ? "flow.name_fixed" : "flow.name_help")}>
          <Input id="flow-name" value={name} disabled={!!template} maxLength={60} onChange={(event) => setName(event.target.value)} onPressEnter={() => name.trim() && void send()} />
        </Field>
        <p className="muted">{t(template ? "flow.template_help" : "flow.add_help")}</p>
      </div>
    </Modal>
  );
}

export default function FlowsPage() {
  const { t } = useTranslation("ivr_flows");
  const flows = useFlows();
  const [url, change] = useUrlState(["new"] as const);
  const [adding, setAdding] = useState(false);
  const mayAdd = flows.data?.allowed.includes("create") ?? false;
  return (
    <Page
      title={t("title")}
      lead={t("lead")}
      actions={
        mayAdd && (
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
      {mayAdd && (adding || url.new) && (
        <NewFlow
          wanted={url.new ?? EMPTY}
          onClose={() => {
            setAdding(false);
            change({ new: null });
          }}
        />
      )}
    </Page>
  );
}
