// The called numbers: which flow callers of each hear.
import { Button, Input, Select } from "antd";
import { Hash, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Empty, Field, Page, Panel, Table, Trouble } from "@kit";
import { EditDialog } from "@kit/dialog";
import { useMay } from "@lib/session";
import { bindNumber, releaseNumber, useFlows, useNumbers, type CalledNumber } from "./api";
import { PUBLISH } from "./permissions";
import { Tabs } from "./tabs";

const ANY = "*";

function NumberDialog({ bound, onClose }: { bound: CalledNumber | null; onClose: () => void }) {
  const { t } = useTranslation("ivr_flows");
  const flows = useFlows();
  const [number, setNumber] = useState(bound?.number ?? "");
  const [flow, setFlow] = useState<string | null>(bound?.flow ?? null);
  // A flow that was never published has nothing for callers to hear.
  const options = (flows.data?.items ?? []).map((item) => ({ value: item.id, label: item.published === null ? t("numbers.unpublished", { name: item.name }) : item.name, disabled: item.published === null }));
  return (
    <EditDialog
      title={bound ? t("numbers.change", { number: bound.number }) : t("numbers.add")}
      ready={number !== "" && flow !== null}
      onClose={onClose}
      onSave={() => bindNumber(number, flow ?? "")}
      remove={bound !== null && { label: t("numbers.release"), run: () => releaseNumber(bound.number) }}
    >
      {!bound && (
        <Field label={t("numbers.number")} htmlFor="n-number" required help={t("numbers.number_help")}>
          <Input id="n-number" value={number} maxLength={32} onChange={(event) => setNumber(event.target.value.replace(/[^\w+*.-]/g, ""))} />
        </Field>
      )}
      <Field label={t("numbers.flow")} htmlFor="n-flow" required help={t("numbers.flow_help")}>
        <Select id="n-flow" value={flow} options={options} onChange={setFlow} />
      </Field>
      {bound && <p className="muted">{t("numbers.release_means")}</p>}
    </EditDialog>
  );
}

export default function NumbersPage() {
  const { t } = useTranslation("ivr_flows");
  const numbers = useNumbers();
  const bind = useMay(PUBLISH);
  const [open, setOpen] = useState<CalledNumber | "new" | null>(null);
  const add = bind && (
    <Button type="primary" onClick={() => setOpen("new")} icon={<Plus size={16} aria-hidden />}>
      {t("numbers.add")}
    </Button>
  );
  const shown = (bound: CalledNumber) => (bound.number === ANY ? t("numbers.any") : bound.number);
  return (
    <Page title={t("tabs.numbers")} lead={t("numbers.lead")} actions={add}>
      <Tabs />
      <Panel flush label={t("tabs.numbers")}>
        {numbers.isError && !numbers.data ? (
          <Trouble error={numbers.error} retry={() => void numbers.refetch()} />
        ) : (
          <Table
            label={t("tabs.numbers")}
            rows={numbers.data?.items}
            rowKey={(bound) => bound.number}
            {...(bind ? { onOpen: setOpen } : {})}
            expect={3}
            columns={[
              { key: "number", title: t("numbers.number"), cell: (bound) => (bind ? <button type="button" className="linkish strong" onClick={() => setOpen(bound)}>{shown(bound)}</button> : <b>{shown(bound)}</b>) },
              { key: "flow", title: t("numbers.flow"), cell: (bound) => <Link to={`/ivr_flows/${bound.flow}`}>{bound.flow_name}</Link> },
            ]}
            empty={
              <Empty icon={Hash} title={t("numbers.none")} action={add}>
                {t("numbers.none_todo")}
              </Empty>
            }
          />
        )}
      </Panel>
      {open && <NumberDialog bound={open === "new" ? null : open} onClose={() => setOpen(null)} />}
    </Page>
  );
}
