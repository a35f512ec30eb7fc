// At the agent's desk: the record of the call, filled in while it goes on and completed before the next.
import { App, Button, Checkbox, Dropdown, Input } from "antd";
import { ChevronDown } from "lucide-react";
import { useEffect, useId, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { AskedInput, Choose, Field, Notice, Panel, Skeletons, Trouble, useDeskWords, useReasonCodes, useProblemText } from "@kit";
import { api } from "@lib/api";
import { serverNow } from "@lib/clock";
import { useCallCustomer } from "@lib/customer";
import { doAtDesk, useDesk, type Desk, type DeskAct } from "@lib/desk";
import { useAgents } from "@lib/directory";
import { useHotkeys } from "@lib/hotkeys";
import { useKeys } from "@lib/keys";
import { useMay, useMe } from "@lib/session";
import { Slot, useFillers, type SlotProps } from "@lib/slots";
import { isVoid, RESULTS, said, useMostUsed, useTree, type Fault } from "../api";
import { ReasonPath, RecordFacts } from "../facts";
import { WRITE } from "../permissions";
import { fieldsOf, index, isClosable, needsOrder, pointsOf, type Indexed } from "../tree";
import { EVERY_MS, forgetOld, useDraft, type DraftStore, type Snapshot } from "./draft";
import { Picker } from "./picker";
import { Conflict, Kept } from "./status";
import "../interactions.css";

function useSave(store: DraftStore, live: boolean) {
  const { message } = App.useApp();
  const { t } = useTranslation("interactions");
  const problem = useProblemText();
  return async (then: DeskAct | null) => {
    store.tidy();
    if (!(await store.complete())) {
      const { faults, problem: error, saving } = store.snapshot();
      if (faults.length > 0) void message.warning(t("desk.lacks", { count: faults.length }));
      else if (error) void message.error(problem(error).what);
      else if (saving === "conflict") void message.warning(t("kept.conflict"));
      // What is missing can be filled in at once; the list of reasons opens when it is asked for, since it lies over the results.
      const missing = document.querySelector<HTMLElement>(".record .fault")?.closest(".field");
      missing?.scrollIntoView({ block: "center" });
      missing?.querySelector<HTMLElement>('input:not([role=combobox]), textarea, [tabindex="0"]')?.focus({ preventScroll: true });
      return;
    }
    if (!then || !live) {
      void message.success(t("desk.done"));
      return;
    }
    try {
      await doAtDesk(then);
      // Chosen for afterwards, it ends nothing by itself: the work after the call is done now.
      const now = await api.get<Desk>("/api/calls/desk");
      if (now.desk?.desk.state === "after_call") await doAtDesk({ act: "finish" });
    } catch (error) {
      void message.error(problem(error).what);
    }
  };
}

function Form({ state, store, tree, used, live }: { state: Snapshot; store: DraftStore; tree: Indexed; used: string[]; live: boolean }) {
  const { t } = useTranslation("interactions");
  const words = useDeskWords();
  const codes = useReasonCodes();
  const agents = useAgents();
  const keys = useKeys();
  const id = useId();
  const save = useSave(store, live);
  const orders = useFillers("interactions.order");
  const me = useMe().data?.id ?? "";
  const root = useRef<HTMLDivElement>(null);
  // What was chosen for after the call stays chosen.
  const next = useDesk(true).data?.desk?.next;
  const away = live && next?.state === "not_ready" && next.reason !== undefined && codes.includes(next.reason) ? next.reason : null;
  const then: DeskAct = away === null ? { act: "ready" } : { act: "not_ready", reason: away };
  useHotkeys({
    [keys.save]: () => void save(then),
    [keys.reason]: () => root.current?.querySelector<HTMLElement>("[role=combobox]")?.focus(),
  });
  const draft = state.draft;
  if (!draft) return <Skeletons lines={6} />;
  const fault = (field: string): Fault | undefined => state.faults.find((one) => one.field === field);
  const told = (field: string) => {
    const found = fault(field);
    return found ? t(`fault.${found.why}`) : undefined;
  };
  const empty = isVoid(draft.result);
  const fields = empty ? [] : fieldsOf(tree, draft.reason);
  const points = pointsOf(tree, draft.reason);
  const closable = isClosable(tree, draft.reason);
  const composition = { onCompositionStart: () => store.compose(true), onCompositionEnd: () => store.compose(false) };
  const number = state.record?.number;
  return (
    <div className="record" ref={root} {...composition}>
      <Conflict state={state} store={store} />
      {state.others
        .filter(({ draft: { notes, reason } }) => notes !== "" || reason !== null)
        .map((other) => (
          <Notice key={other.agent} tone="accent" title={t("desk.before", { who: agents.name(other.agent) ?? "" })}>
            {other.draft.reason !== null && <ReasonPath tree={tree} code={other.draft.reason} />} {other.draft.notes}
          </Notice>
        ))}
      <Field label={t("desk.reason")} required={!empty} fault={told("reason")}>
        <Picker tree={tree} value={draft.reason} used={used} fault={fault("reason") !== undefined} onChoose={(reason) => store.change({ reason })} />
      </Field>
      <Field label={t("desk.result")} required fault={told("result")}>
        <Choose
          label={t("desk.result")}
          items={RESULTS.map((key) => ({ key, label: t(`result.${key}`), barred: key === "answered" && !closable ? t("fault.not_closable") : undefined }))}
          value={draft.result}
          onChoose={(result) => store.change({ result: draft.result === result ? null : result })}
        />
        {needsOrder(tree, draft.reason) && draft.result === null && <span className="help">{t("desk.usually_order")}</span>}
      </Field>
      {!empty && (
        <div className="asked-grid">
          <div className="asked">
            <Field label={t("desk.contact")} htmlFor={`${id}-contact`} fault={told("contact")}>
              <Input id={`${id}-contact`} inputMode="tel" maxLength={40} value={draft.contact} placeholder={number ? t("desk.this_number", { number }) : t("desk.this_number_plain")} {...(fault("contact") ? { status: "error" as const } : {})} onChange={(event) => store.change({ contact: event.target.value })} onBlur={() => store.tidy()} />
            </Field>
          </div>
          {fields.map((field) => (
            <AskedInput key={field.key} field={field} value={draft.fields[field.key] ?? ""} fault={told(`fields.${field.key}`)} onChange={(value) => store.setField(field.key, value)} onLeave={() => store.tidy()} />
          ))}
        </div>
      )}
      {!empty && points.length > 0 && (
        <fieldset className="record-points">
          <legend>{t("desk.points", { done: points.filter((point) => draft.points.includes(point.key)).length, all: points.length })}</legend>
          {points.map((point) => (
            <Checkbox key={point.key} checked={draft.points.includes(point.key)} onChange={() => store.tick(point.key)}>
              {said(point.title)}
            </Checkbox>
          ))}
        </fieldset>
      )}
      <Field label={t("desk.notes")} htmlFor={`${id}-notes`} help={state.masked.length > 0 ? t("desk.masked", { what: state.masked.map((kind) => t(`sensitive.${kind}`)).join("、") }) : undefined}>
        <Input.TextArea id={`${id}-notes`} autoSize={{ minRows: 2, maxRows: 8 }} maxLength={8000} value={draft.notes} onChange={(event) => store.change({ notes: event.target.value })} onBlur={() => store.tidy()} />
      </Field>
      <div className="record-foot">
        <Kept state={state} />
        <span className="grow" />
        {orders.length > 0 && draft.result === "order" && <Slot name="interactions.order" call={store.call} agent={me} draft={draft} fallback={null} />}
        {live ? (
          <>
            <Button loading={state.saving === "saving"} onClick={() => void store.save()}>
              {t("desk.only_save")}
            </Button>
            <Dropdown trigger={["click"]} menu={{ items: codes.map((key) => ({ key, label: words.reason(key) })), onClick: ({ key }) => void save({ act: "not_ready", reason: key }) }}>
              <Button>
                {t("desk.save_not_ready")} <ChevronDown size={15} aria-hidden />
              </Button>
            </Dropdown>
            <Button type="primary" loading={state.completing} onClick={() => void save(then)}>
              {away === null ? t("desk.save_ready") : t("desk.save_away", { state: words.reason(away) })} <kbd>{keys.save.replace("ctrl+", "Ctrl ").replace("Enter", "↵")}</kbd>
            </Button>
          </>
        ) : (
          <Button type="primary" loading={state.completing} onClick={() => void save(null)}>
            {t("desk.complete")} <kbd>{keys.save.replace("ctrl+", "Ctrl ").replace("Enter", "↵")}</kbd>
          </Button>
        )}
      </div>
    </div>
  );
}

function Begun({ call, person }: { call: string; person: string }) {
  const { t } = useTranslation("interactions");
  const [state, store] = useDraft(call, person);
  const desk = useDesk(true);
  const tree = useTree();
  const used = useMostUsed();
  const indexed = useMemo(() => (tree.data ? index(tree.data) : null), [tree.data]);
  const often = useMemo(() => [...new Set([...(used.data?.mine ?? []), ...(used.data?.centre ?? [])])], [used.data]);
  useEffect(() => forgetOld(serverNow()), []);
  const live = desk.data?.desk?.call === call;
  const whose = useCallCustomer(call).data;
  const customer = whose?.match === "confirmed" || whose?.match === "one" ? (whose.customer?.id ?? null) : null;
  const noted = state.draft ? state.draft.customer : customer;
  useEffect(() => {
    if (customer && customer !== noted) store.change({ customer });
  }, [customer, noted, store]);
  // Whoever passes a caller on writes until the last moment; what was written is there when the saving has had its time.
  const stage = live ? `${desk.data?.desk?.desk.state} ${desk.data?.desk?.asker}` : null;
  useEffect(() => {
    if (stage === null) return;
    void store.hear();
    const again = setTimeout(() => void store.hear(), EVERY_MS + 1_000);
    return () => clearTimeout(again);
  }, [stage, store]);
  const save = useSave(store, live);
  if (tree.isError && !tree.data) return <Trouble error={tree.error} retry={() => void tree.refetch()} />;
  if (!state.draft && state.problem) return <Trouble error={state.problem} retry={() => void store.load()} />;
  if (!state.draft || !indexed) return <Skeletons lines={6} />;
  if (state.record?.state === "complete")
    return (
      <div className="record">
        <Notice tone="ready" title={t("desk.is_complete")}>
          {t("desk.is_complete_todo")}
        </Notice>
        <RecordFacts draft={state.record.draft} number={state.record.number} tree={indexed} />
        {live && (
          <div className="record-foot">
            <Kept state={state} />
            <span className="grow" />
            <Button type="primary" onClick={() => void save({ act: "ready" })}>
              {t("desk.ready")}
            </Button>
          </div>
        )}
      </div>
    );
  return <Form state={state} store={store} tree={indexed} used={often} live={live} />;
}

export default function DeskRecord({ call }: SlotProps["desk.record"]) {
  const { t } = useTranslation("interactions");
  const write = useMay(WRITE);
  const me = useMe();
  if (!write || !me.data) return null;
  return (
    <Panel label={t("desk.title")}>
      <h2 className="visually-hidden">{t("desk.title")}</h2>
      <Begun key={call} call={call} person={me.data.id} />
    </Panel>
  );
}
