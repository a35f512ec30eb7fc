// Which systems outside are told of what happens, how that goes, and telling them again.
import { App, Button } from "antd";
import { History, KeyRound, Pause, Pencil, Play, Plus, Send, Webhook } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty, ListMoment, Moment, Notice, Page, Panel, Table, Trouble, useProblemText } from "@kit";
import { ChoiceFilter, Filters } from "@kit/filters";
import { Listed } from "@kit/listed";
import { useMay } from "@lib/session";
import { useUrlState } from "@lib/url";
import { KINDS, STAGES, test, useDeliveries, useWebhooks, type Act, type Delivery, type Subscription } from "./api";
import { ActDialog, DeliveryDialog, ReplayDialog, SecretDialog, SubscriptionDialog } from "./dialogs";
import { CONFIGURE } from "./permissions";
import { StageMark, StateMark } from "./words";
import "./webhooks.css";

/** Why it stands still, and what to do. */
function Standing({ one }: { one: Subscription }) {
  const { t } = useTranslation("webhooks");
  return (
    <>
      {one.state === "paused" && one.why && (
        <Notice tone={one.why === "by_hand" ? "wrap" : "busy"} title={t(`why.${one.why}`)}>
          {[one.detail, t("why.todo", { count: one.waiting })].filter(Boolean).join(t("sep"))}
        </Notice>
      )}
      {one.state === "active" && one.failures > 0 && (
        <Notice tone="wrap" title={t("why.retrying", { count: one.failures })}>
          {one.detail} {t("why.next")} <Moment at={one.next_at} />
        </Notice>
      )}
      {one.dropped > 0 && <Notice tone="busy" title={t("why.dropped", { count: one.dropped })}>{t("why.dropped_todo")}</Notice>}
    </>
  );
}

function Deliveries({ one, may }: { one: Subscription; may: boolean }) {
  const { t } = useTranslation("webhooks");
  const { message } = App.useApp();
  const problem = useProblemText();
  const [filters, change] = useUrlState(["state", "before"] as const);
  const asked = useDeliveries(one.id, filters);
  const [open, setOpen] = useState<Delivery | null>(null);
  const [doing, setDoing] = useState<Exclude<Act, "remove"> | "replay" | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const [trying, setTrying] = useState(false);
  const has = (what: Act) => one.allowed.includes(what);
  const tryOut = async () => {
    setTrying(true);
    try {
      const tried = await test(one.id);
      if (tried.taken) message.success(t("test.taken", { status: tried.status, ms: tried.took_ms }));
      else message.error(t("test.failed", { error: tried.error }));
    } catch (error) {
      message.error(problem(error).what);
    } finally {
      setTrying(false);
    }
  };
  return (
    <>
      <Standing one={one} />
      <div className="row">
        <Filters label={t("delivery.filters")} active={filters.state !== undefined} onClear={() => change({ state: null, before: null })}>
          <ChoiceFilter id="state" label={t("column.state")} width={130} value={filters.state} onChange={(state) => change({ state, before: null })} options={STAGES.map((value) => ({ value, label: t(`stage.${value}`) }))} />
        </Filters>
        <span className="grow" />
        {may && (
          <>
            <Button loading={trying} icon={<Send size={15} aria-hidden />} onClick={() => void tryOut()}>{t("test.run")}</Button>
            <Button icon={<History size={15} aria-hidden />} onClick={() => setDoing("replay")}>{t("replay.title")}</Button>
            <Button icon={<KeyRound size={15} aria-hidden />} onClick={() => setDoing("new_secret")}>{t("act.new_secret")}</Button>
            {has("pause") && <Button icon={<Pause size={15} aria-hidden />} onClick={() => setDoing("pause")}>{t("act.pause")}</Button>}
            {has("resume") && <Button type="primary" icon={<Play size={15} aria-hidden />} onClick={() => setDoing("resume")}>{t("act.resume")}</Button>}
          </>
        )}
      </div>
      <Listed
        label={t("delivery.of", { name: one.name })}
        titled
        of={asked}
        rowKey={(delivery) => delivery.id}
        onOpen={setOpen}
        columns={[
          { key: "created", title: t("column.created"), cell: (delivery) => <button type="button" className="linkish" onClick={() => setOpen(delivery)}><ListMoment at={delivery.created_at} /></button> },
          { key: "kind", title: t("column.kind"), cell: (delivery) => <span className="nowrap">{t(`kind.${KINDS[delivery.kind]}`)}</span> },
          { key: "state", title: t("column.state"), cell: (delivery) => <StageMark stage={delivery.state} /> },
          { key: "answer", title: t("column.answer"), cell: (delivery) => <span className="webhook-url">{delivery.error || (delivery.status ? `HTTP ${delivery.status}` : "—")}</span> },
          { key: "took", title: t("column.took"), num: true, cell: (delivery) => (delivery.took_ms === null ? "—" : t("ms", { ms: delivery.took_ms })) },
          { key: "attempts", title: t("delivery.attempts"), num: true, cell: (delivery) => delivery.attempts },
        ]}
        empty={<Empty icon={Send} title={t("delivery.none")}>{t("delivery.none_todo")}</Empty>}
      />
      {open && <DeliveryDialog one={one} delivery={open} may={may} onClose={() => setOpen(null)} />}
      {doing === "replay" && <ReplayDialog one={one} onClose={() => setDoing(null)} onDone={(count) => message.success(t("replay.done", { count }))} />}
      {doing && doing !== "replay" && <ActDialog one={one} what={doing} onClose={() => setDoing(null)} onSecret={setSecret} />}
      {secret && <SecretDialog secret={secret} onClose={() => setSecret(null)} />}
    </>
  );
}

export default function WebhooksPage() {
  const { t } = useTranslation("webhooks");
  const asked = useWebhooks();
  const may = useMay(CONFIGURE);
  const [chosen, choose] = useUrlState(["open", "state", "before"] as const);
  const [editing, setEditing] = useState<Subscription | "new" | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const all = asked.data?.subscriptions;
  const one = all?.find((candidate) => candidate.id === chosen.open) ?? (all?.length === 1 ? all[0] : undefined);
  const open = (id: string) => choose({ open: id, state: null, before: null });
  const add = may && (
    <Button type="primary" icon={<Plus size={16} aria-hidden />} onClick={() => setEditing("new")}>
      {t("edit.add")}
    </Button>
  );
  return (
    <Page title={t("nav.webhooks")} lead={t("lead")} actions={add}>
      <Panel flush label={t("nav.webhooks")}>
        {asked.isError && !all ? (
          <Trouble error={asked.error} retry={() => void asked.refetch()} />
        ) : (
          <Table
            label={t("nav.webhooks")}
            rows={all}
            rowKey={(row) => row.id}
            onOpen={(row) => open(row.id)}
            selected={one?.id ?? null}
            expect={3}
            columns={[
              { key: "name", title: t("edit.name"), cell: (row) => <button type="button" className="linkish strong" onClick={() => open(row.id)}>{row.name}</button> },
              { key: "url", title: t("edit.url"), cell: (row) => <span className="webhook-url">{row.url}</span> },
              { key: "kinds", title: t("edit.kinds"), cell: (row) => row.kinds.map((kind) => t(`kind.${KINDS[kind]}`)).join(t("comma")) },
              { key: "state", title: t("column.state"), cell: (row) => <StateMark one={row} /> },
              { key: "waiting", title: t("column.waiting"), num: true, cell: (row) => row.waiting },
              ...(may ? [{ key: "edit", title: "", width: 60, cell: (row: Subscription) => <Button aria-label={t("edit.change_of", { name: row.name })} icon={<Pencil size={15} aria-hidden />} onClick={() => setEditing(row)} /> }] : []),
            ]}
            empty={
              <Empty icon={Webhook} title={t("none")} action={add}>
                {t("none_todo")}
              </Empty>
            }
          />
        )}
      </Panel>
      {one && <Deliveries key={one.id} one={one} may={may} />}
      {editing && asked.data && <SubscriptionDialog key={editing === "new" ? "new" : editing.id} one={editing === "new" ? null : editing} kinds={asked.data.kinds} inside={asked.data.private_addresses} onClose={() => setEditing(null)} onSecret={setSecret} />}
      {secret && <SecretDialog secret={secret} onClose={() => setSecret(null)} />}
    </Page>
  );
}
