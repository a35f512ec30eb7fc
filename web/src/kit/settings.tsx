// Settings that are kept whole, in versions: a draft of them, saved or put back. Loaded with the pages that need it.
import { Button, InputNumber } from "antd";
import { useState, type ComponentType, type ReactNode } from "react";
import type { UseQueryResult } from "@tanstack/react-query";
import { Notice, Skeletons, Trouble, useProblemText } from "./feedback";
import { Field, Page, Panel } from "./page";

/** What is being changed; `put` is asked to keep it. */
export function useDraft<T extends object>(settings: T, put: (form: T) => Promise<unknown>) {
  const [form, setForm] = useState(settings);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<unknown>(null);
  const save = () => {
    setBusy(true);
    setFailed(null);
    put(form).catch(setFailed).finally(() => setBusy(false));
  };
  return {
    form,
    set: (patch: Partial<T>) => setForm({ ...form, ...patch }),
    reset: () => setForm(settings),
    changed: JSON.stringify(form) !== JSON.stringify(settings),
    save,
    busy,
    failed,
  };
}

type Draft = Pick<ReturnType<typeof useDraft>, "reset" | "changed" | "save" | "busy" | "failed">;

/** The fields, what went wrong above them, and the two buttons below. */
export function DraftForm({ draft, words, children }: { draft: Draft; words: { reset: string; save: string }; children: ReactNode }) {
  const problem = useProblemText();
  return (
    <div className="stack" style={{ gap: 16 }}>
      {draft.failed ? <Notice tone="busy" title={problem(draft.failed).what} /> : null}
      {children}
      <div className="row">
        <span className="grow" />
        <Button disabled={!draft.changed} onClick={draft.reset}>{words.reset}</Button>
        <Button type="primary" disabled={!draft.changed} loading={draft.busy} onClick={draft.save}>{words.save}</Button>
      </div>
    </div>
  );
}

/** The settings once they are there; until then grey lines, or what went wrong. */
export function Loaded<T>({ of, children }: { of: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  if (of.data !== undefined) return children(of.data);
  return of.isError ? <Trouble error={of.error} retry={() => void of.refetch()} /> : <Skeletons lines={8} />;
}

/** Whole numbers, each between its least and its most. */
export function Numbers<Key extends string>({ of, form, set, words }: { of: readonly (readonly [key: Key, least: number, most: number])[]; form: Record<Key, number>; set: (patch: Partial<Record<Key, number>>) => void; words: (key: Key) => { label: string; help: string } }) {
  return of.map(([key, least, most]) => (
    <Field key={key} {...words(key)} htmlFor={`f-${key}`}>
      <InputNumber id={`f-${key}`} value={form[key]} min={least} max={most} precision={0} changeOnWheel={false} onChange={(value) => set({ [key]: value ?? least } as Partial<Record<Key, number>>)} />
    </Field>
  ));
}

interface SettingsOfProps<Kept> {
  of: UseQueryResult<Kept>;
  form: ComponentType<Kept>;
  words: { title: string; lead: string };
  tabs: ReactNode;
  /** What the panel around the form is called; without it the form brings its own. */
  panel?: string;
}

/** A page of settings. What somebody else has changed begins a new draft. */
export function SettingsOf<Kept extends { version: number }>({ of, form: Form, words, tabs, panel }: SettingsOfProps<Kept>) {
  const loaded = <Loaded of={of}>{(kept) => <Form key={kept.version} {...kept} />}</Loaded>;
  return (
    <Page {...words}>
      {tabs}
      {panel === undefined ? loaded : <Panel title={panel}>{loaded}</Panel>}
    </Page>
  );
}
