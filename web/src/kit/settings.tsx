// Settings that are kept whole, in versions: a draft of them, saved or put back. Loaded with the pages that need it.
import { Button } from "antd";
import { useState, type ReactNode } from "react";
import type { UseQueryResult } from "@tanstack/react-query";
import { Notice, Skeletons, Trouble, useProblemText } from "./feedback";

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
