// A text as a telephone will get it, and in how many parts.
import { useTranslation } from "react-i18next";
import { Field, useProblemText } from "@kit";
import { usePreview, type Draft } from "./api";

export function PreviewBox({ draft, values = {} }: { draft: Draft; values?: Record<string, string> }) {
  const { t } = useTranslation("notices");
  const { name, class: kind, urgent, subject, body, fields } = draft;
  const asked = usePreview({ name, class: kind, urgent, subject, body, fields }, values);
  const problem = useProblemText();
  const preview = asked.isError ? undefined : asked.data;
  return (
    <Field label={t("preview.title")} fault={asked.isError ? problem(asked.error).what : undefined}>
      <p className="notice-whole" aria-live="polite">{preview?.text ?? "—"}</p>
      <span className="help">{preview ? t("preview.size", { characters: preview.characters, parts: preview.parts, alone: preview.alone, part: preview.part }) : " "}</span>
    </Field>
  );
}
