// A record as it is read: the reason's path, the result, what was asked for, the notes.
import { CircleCheck, ClipboardPen, CircleOff, PhoneForwarded, PhoneOff, ShieldAlert, VolumeX, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Facts, Mark, type Tone } from "@kit";
import { said, type Draft, type Field, type RecordView, type Result } from "./api";
import { fieldsOf, path, pointsOf, type Indexed } from "./tree";

const LOOKS: Record<Result, [Tone, LucideIcon]> = {
  answered: ["ready", CircleCheck],
  order: ["call", PhoneForwarded],
  call_back: ["wrap", ClipboardPen],
  wrong_number: ["offline", PhoneOff],
  silent: ["offline", VolumeX],
  nuisance: ["offline", ShieldAlert],
};

export function ResultMark({ result }: { result: Result | null }) {
  const { t } = useTranslation("interactions");
  if (!result) return <span className="muted">—</span>;
  const [tone, icon] = LOOKS[result] ?? ["offline", CircleOff];
  return (
    <Mark tone={tone} icon={icon}>
      {t(`result.${result}`)}
    </Mark>
  );
}

export function StateMark({ record }: { record: RecordView }) {
  const { t } = useTranslation("interactions");
  if (record.state === "complete") return <Mark tone="ready" icon={CircleCheck}>{record.edition > 1 ? t("state.amended", { edition: record.edition }) : t("state.complete")}</Mark>;
  if (record.overdue_at) return <Mark tone="busy" icon={ShieldAlert}>{t("state.overdue")}</Mark>;
  return <Mark tone="wrap" icon={ClipboardPen}>{t("state.draft")}</Mark>;
}

/** `停气 › 停气查询 › 何时恢复`; a code that the tree no longer has stays a code. */
export function ReasonPath({ tree, code, short = false }: { tree: Indexed | null; code: string | null; short?: boolean }) {
  if (!code) return <span className="muted">—</span>;
  const found = tree ? path(tree, code) : [];
  if (found.length === 0) return <code>{code}</code>;
  const titles = found.map((reason) => said(reason.title));
  return <span title={titles.join(" › ")}>{short ? titles.slice(-2).join(" › ") : titles.join(" › ")}</span>;
}

export function useValue() {
  const { t } = useTranslation("interactions");
  return (field: Field, value: string): string => {
    if (field.kind === "yes_no") return value === "yes" ? t("yes") : value === "no" ? t("no") : value;
    if (field.kind === "choice") return said(field.options.find((option) => option.key === value)?.title) || value;
    return field.kind === "date_time" ? value.replace("T", " ") : value;
  };
}

export function RecordFacts({ draft, number, tree }: { draft: Draft; number: string; tree: Indexed }) {
  const { t } = useTranslation("interactions");
  const shown = useValue();
  const fields = fieldsOf(tree, draft.reason);
  const known = new Set(fields.map((field) => field.key));
  const points = pointsOf(tree, draft.reason).filter((point) => draft.points.includes(point.key));
  return (
    <div className="stack">
      <Facts
        items={[
          [t("desk.reason"), <ReasonPath key="reason" tree={tree} code={draft.reason} />],
          [t("desk.result"), <ResultMark key="result" result={draft.result} />],
          [t("desk.contact"), draft.contact || number || null],
          ...fields.filter((field) => draft.fields[field.key]).map((field): [string, string] => [said(field.title), shown(field, draft.fields[field.key] ?? "")]),
          ...Object.entries(draft.fields).filter(([key]) => !known.has(key)),
        ]}
      />
      {points.length > 0 && (
        <p className="soft">
          {t("facts.points")} {points.map((point) => said(point.title)).join(" · ")}
        </p>
      )}
      <p className="record-notes">{draft.notes || <span className="muted">{t("desk.no_notes")}</span>}</p>
    </div>
  );
}
