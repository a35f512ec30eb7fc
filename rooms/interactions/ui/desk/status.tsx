// Whether what was written is kept, said honestly: saved when, still here only, not reached, or written by somebody else too.
import { Button } from "antd";
import { Check, CloudOff, LoaderCircle, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Mark, Notice, useProblemText } from "@kit";
import { clock } from "@lib/format";
import type { DraftStore, Snapshot } from "./draft";

export function Kept({ state }: { state: Snapshot }) {
  const { t } = useTranslation("interactions");
  const problem = useProblemText();
  const at = state.savedAt ? clock(state.savedAt) : "";
  const words = () => {
    switch (state.saving) {
      case "offline":
        return <Mark tone="busy" icon={CloudOff}>{t("kept.offline")}</Mark>;
      case "failed":
        return <Mark tone="busy" icon={TriangleAlert}>{t("kept.failed")}</Mark>;
      case "refused":
        return <Mark tone="busy" icon={TriangleAlert}>{problem(state.problem).what}</Mark>;
      case "conflict":
        return <Mark tone="wrap" icon={TriangleAlert}>{t("kept.conflict")}</Mark>;
      case "saving":
        return <Mark tone="offline" icon={LoaderCircle}>{t("kept.saving")}</Mark>;
      case "dirty":
        return <span className="muted">{at ? t("kept.dirty", { at }) : t("kept.never")}</span>;
      default:
        return at ? <Mark tone="offline" icon={Check}>{t("kept.saved", { at })}</Mark> : <span className="muted">{t("kept.empty")}</span>;
    }
  };
  return (
    <span className="record-kept" role="status" aria-live="polite">
      {words()}
    </span>
  );
}

/** Two have written: what stands here, or what the server has. Nothing is thrown away before somebody chooses. */
export function Conflict({ state, store }: { state: Snapshot; store: DraftStore }) {
  const { t } = useTranslation("interactions");
  if (!state.theirs) return null;
  const done = state.theirs.state === "complete";
  return (
    <Notice
      tone="wrap"
      title={done ? t("conflict.complete") : t("conflict.title")}
      action={
        <span className="row tight">
          {!done && <Button onClick={() => store.resolve("mine")}>{t("conflict.mine")}</Button>}
          <Button onClick={() => store.resolve("theirs")}>{t("conflict.theirs")}</Button>
        </span>
      }
    >
      {t("conflict.text", { at: clock(state.theirs.saved_at), notes: state.theirs.draft.notes.slice(0, 60) || "—" })}
    </Notice>
  );
}
