// The queues: who is served first, how long an agent's telephone rings, and what becomes of callers who cannot be served.
import { Button, Checkbox, Input, Select } from "antd";
import { ListOrdered, Plus, Siren } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty, Field, Mark, Page, Panel, Table, Trouble } from "@kit";
import { EditDialog } from "@kit/dialog";
import { useFlowNames } from "@lib/directory";
import { duration } from "@lib/format";
import { NEW_QUEUE, putQueue, useLines, type KeptQueue, type Queue } from "./api";
import { asName, InUse, NumberField, Tabs } from "./parts";

function useAnswers(queues: KeptQueue[]) {
  const { t } = useTranslation("calls");
  const fixed = ["message", "voicemail", "callback"] as const;
  const title = (queue: Queue) => queue.title || queue.name;
  const word = (answer: string) => {
    const name = answer.startsWith("queue:") ? answer.slice(6) : null;
    const queue = queues.find((kept) => kept.queue.name === name)?.queue;
    return name !== null ? t("queue.to", { name: queue ? title(queue) : name }) : t(`queue.answer.${answer as "message"}`);
  };
  const options = (except: string) => [...fixed, ...queues.filter((kept) => kept.queue.name !== except).map((kept) => `queue:${kept.queue.name}`)].map((value) => ({ value, label: word(value) }));
  return { word, options };
}

function QueueDialog({ kept, queues, onClose }: { kept: KeptQueue | null; queues: KeptQueue[]; onClose: () => void }) {
  const { t } = useTranslation("calls");
  const { t: app } = useTranslation("app");
  const [queue, setQueue] = useState<Queue>(kept?.queue ?? NEW_QUEUE);
  const { options } = useAnswers(queues);
  const flows = useFlowNames();
  const set = (change: Partial<Queue>) => setQueue((was) => ({ ...was, ...change }));
  const seconds = (key: "ring_s" | "wrap_up_s" | "wrap_up_hard_s" | "waited_s" | "announce_s", least: number, most: number) => (
    <NumberField id={`q-${key}`} label={t(`queue.${key}`)} help={t(`queue.help.${key}`)} unit={app("filter.seconds")} value={queue[key]} least={least} most={most} onChange={(value) => set({ [key]: value })} />
  );
  const answer = (key: "full" | "unstaffed" | "waited", optional: boolean) => (
    <Field label={t(`queue.${key}`)} htmlFor={`q-${key}`} help={t(`queue.help.${key}`)}>
      <Select id={`q-${key}`} allowClear={optional} value={queue[key] ?? null} placeholder={t("queue.keep_waiting")} options={options(queue.name)} onChange={(value: string | undefined) => set({ [key]: value ?? (optional ? null : "message") })} />
    </Field>
  );
  return (
    <EditDialog title={kept ? t("queue.change", { name: kept.queue.title || kept.queue.name }) : t("queue.add")} width={760} onClose={onClose} ready={queue.name !== ""} onSave={() => putQueue(queue, kept?.version)}>
      <div className="form-grid">
        {!kept && (
          <Field label={t("lines.name")} htmlFor="q-name" required help={t("queue.help.name")}>
            <Input id="q-name" value={queue.name} maxLength={40} onChange={(event) => set({ name: asName(event.target.value) })} />
          </Field>
        )}
        <Field label={t("queue.title")} htmlFor="q-title" help={t("queue.help.title")}>
          <Input id="q-title" value={queue.title ?? ""} maxLength={40} onChange={(event) => set({ title: event.target.value })} />
        </Field>
        <NumberField id="q-priority" label={t("queue.priority")} help={t("queue.help.priority")} value={queue.priority} least={1} most={9} onChange={(priority) => set({ priority })} />
        <NumberField id="q-age" label={t("queue.age_s")} help={t("queue.help.age_s")} unit={app("filter.seconds")} value={queue.age_s ?? 0} least={0} most={3600} onChange={(age_s) => set({ age_s })} />
        <Field label={t("queue.choose")} htmlFor="q-choose" help={t("queue.help.choose")}>
          <Select id="q-choose" value={queue.choose} options={(["longest_idle", "least_occupied"] as const).map((value) => ({ value, label: t(`queue.chooses.${value}`) }))} onChange={(choose) => set({ choose })} />
        </Field>
        {seconds("ring_s", 1, 300)}
        {seconds("wrap_up_s", 0, 3600)}
        {seconds("wrap_up_hard_s", 0, 7200)}
        <NumberField id="q-max" label={t("queue.callers_max")} help={t("queue.help.callers_max")} unit={t("queue.people")} value={queue.callers_max} least={1} most={5000} onChange={(callers_max) => set({ callers_max })} />
        {answer("full", false)}
        {answer("unstaffed", true)}
        {answer("waited", true)}
        {seconds("waited_s", 1, 3600)}
        {seconds("announce_s", 0, 3600)}
        <Field label={t("queue.rating")} htmlFor="q-rating" help={t("queue.help.rating")}>
          <Select id="q-rating" allowClear value={queue.rating ?? null} placeholder={app("none")} options={flows.map((value) => ({ value, label: value }))} onChange={(rating: string | undefined) => set({ rating: rating ?? null })} />
        </Field>
      </div>
      <Checkbox checked={queue.announce_number} onChange={(event) => set({ announce_number: event.target.checked })}>
        {t("queue.announce_number")}
      </Checkbox>
      <Checkbox checked={queue.danger ?? false} onChange={(event) => set({ danger: event.target.checked })}>
        {t("queue.danger")}
      </Checkbox>
      <Checkbox checked={queue.off ?? false} onChange={(event) => set({ off: event.target.checked })}>
        {t("queue.off")}
      </Checkbox>
    </EditDialog>
  );
}

export default function QueuesPage() {
  const { t } = useTranslation("calls");
  const lines = useLines();
  const queues = lines.data?.queues ?? [];
  const { word } = useAnswers(queues);
  const [open, setOpen] = useState<KeptQueue | "new" | null>(null);
  const add = (
    <Button type="primary" onClick={() => setOpen("new")} icon={<Plus size={16} aria-hidden />}>
      {t("queue.add")}
    </Button>
  );
  return (
    <Page title={t("lines.queues")} lead={t("queue.lead")} actions={add}>
      <Tabs />
      <Panel flush label={t("lines.queues")}>
        {lines.isError && !lines.data ? (
          <Trouble error={lines.error} retry={() => void lines.refetch()} />
        ) : (
          <Table
            label={t("lines.queues")}
            rows={lines.data?.queues}
            rowKey={(kept) => kept.id}
            onOpen={setOpen}
            expect={5}
            columns={[
              { key: "title", title: t("queue.title"), cell: (kept) => <button type="button" className="linkish strong" onClick={() => setOpen(kept)}>{kept.queue.title || kept.queue.name}</button> },
              { key: "name", title: t("lines.name"), cell: (kept) => <code>{kept.queue.name}</code> },
              { key: "priority", title: t("queue.priority"), num: true, cell: ({ queue }) => (queue.danger ? <Mark tone="busy" icon={Siren}>{t("urgent")}</Mark> : queue.priority) },
              { key: "ring", title: t("queue.ring_s"), num: true, cell: ({ queue }) => duration(queue.ring_s * 1000) },
              { key: "wrap", title: t("column.after"), num: true, cell: ({ queue }) => `${duration(queue.wrap_up_s * 1000)} / ${duration(queue.wrap_up_hard_s * 1000)}` },
              { key: "max", title: t("queue.callers_max"), num: true, cell: ({ queue }) => queue.callers_max },
              { key: "full", title: t("queue.full"), cell: ({ queue }) => word(queue.full) },
              { key: "waited", title: t("queue.waited"), cell: ({ queue }) => (queue.waited ? `${duration(queue.waited_s * 1000)} → ${word(queue.waited)}` : <span className="muted">{t("queue.keep_waiting")}</span>) },
              { key: "state", title: t("lines.state"), cell: ({ queue }) => <InUse off={queue.off} /> },
            ]}
            empty={
              <Empty icon={ListOrdered} title={t("queue.none")} action={add}>
                {t("queue.none_todo")}
              </Empty>
            }
          />
        )}
      </Panel>
      {open && <QueueDialog kept={open === "new" ? null : open} queues={queues} onClose={() => setOpen(null)} />}
    </Page>
  );
}
