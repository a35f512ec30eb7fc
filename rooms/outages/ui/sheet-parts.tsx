// What a sheet of transformers brought, line by line where something is left out, and who must be told first of those it concerns.
import { Users } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Mark, Notice, Table, type Column } from "@kit";
import type { Affected, LeftOut, Sheet } from "./api";

/** More lines than people read at once are in the sheet itself. */
const SHOWN = 200;

export function SheetOutcome({ sheet }: { sheet: Sheet }) {
  const { t } = useTranslation("outages");
  const columns: Column<LeftOut>[] = [
    { key: "row", title: t("sheet.row"), num: true, cell: (one) => one.row },
    { key: "code", title: t("sheet.code"), cell: (one) => one.code },
    { key: "why", title: t("sheet.why"), cell: (one) => t(`sheet.is.${one.why}`, { of: one.of ?? "" }) },
    { key: "todo", title: t("sheet.todo"), cell: (one) => t(`sheet.do.${one.why}`) },
  ];
  const unknown = sheet.left_out.filter(({ why }) => why === "unknown" || why === "retired" || why === "other_utility").length;
  return (
    <div className="stack">
      <Notice tone={unknown > 0 ? "wrap" : "ready"} title={t("sheet.read", { lines: sheet.lines, taken: sheet.elements.length, left: sheet.left_out.length })}>
        {unknown > 0 && t("sheet.mind", { count: unknown })}
      </Notice>
      {sheet.left_out.length > 0 && <Table label={t("sheet.left_out")} columns={columns} rows={sheet.left_out.slice(0, SHOWN)} rowKey={(one) => String(one.row)} empty={null} />}
    </div>
  );
}

export function FirstToTell({ first }: { first: Affected[] }) {
  const { t } = useTranslation("outages");
  if (first.length === 0) return null;
  const columns: Column<Affected>[] = [
    { key: "rank", title: t("affected.rank"), cell: (one) => (one.rank < 4 ? <Mark tone={one.rank === 1 ? "busy" : "wrap"} icon={Users}>{t(`rank.${one.rank as 1}`)}</Mark> : "") },
    { key: "name", title: t("affected.name"), cell: (one) => one.name },
    { key: "number", title: t("affected.number"), cell: (one) => one.number },
    { key: "address", title: t("affected.address"), cell: (one) => one.address },
  ];
  return (
    <div className="stack">
      <span className="strong">{t("affected.first")}</span>
      <Table label={t("affected.first")} columns={columns} rows={first} rowKey={(one) => one.account} empty={null} />
    </div>
  );
}
