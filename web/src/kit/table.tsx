// A list that pages on the server. Never given more rows than a page; the next page comes by cursor.
import { Button } from "antd";
import { ChevronLeft, ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { Skeleton } from "./feedback";

export interface Column<Row> {
  key: string;
  title: ReactNode;
  cell: (row: Row) => ReactNode;
  /** Figures stand right. */
  num?: boolean;
  width?: number | string;
}

interface TableProps<Row> {
  label: string;
  columns: Column<Row>[];
  rows: Row[] | undefined;
  rowKey: (row: Row) => string;
  /** Where a click on the row leads; the first column should hold a link to the same place for the keyboard. */
  to?: (row: Row) => string;
  onOpen?: (row: Row) => void;
  selected?: string | null;
  empty: ReactNode;
  foot?: ReactNode;
  /** Rows that the skeleton pretends. */
  expect?: number;
}

export function Table<Row>({ label, columns, rows, rowKey, to, onOpen, selected, empty, foot, expect = 8 }: TableProps<Row>) {
  const navigate = useNavigate();
  const { t } = useTranslation("app");
  if (rows && rows.length === 0) return <>{empty}</>;
  const opens = Boolean(to ?? onOpen);
  return (
    <>
      <div className="table-wrap">
        <table className="table" aria-label={label} aria-busy={!rows}>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column.key} scope="col" className={column.num ? "num" : undefined} style={column.width ? { width: column.width } : undefined}>
                  {column.title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {!rows &&
              Array.from({ length: expect }, (_, i) => (
                <tr key={i}>
                  {columns.map((column, c) => (
                    <td key={column.key}>
                      <Skeleton width={`${88 - ((i * 13 + c * 29) % 46)}%`} />
                      {i === 0 && c === 0 && <span className="visually-hidden">{t("loading")}</span>}
                    </td>
                  ))}
                </tr>
              ))}
            {rows?.map((row) => (
              <tr
                key={rowKey(row)}
                className={opens ? "open" : undefined}
                aria-selected={selected === undefined ? undefined : selected === rowKey(row)}
                onClick={(event) => {
                  // A link, a button or selected text inside the row keeps its own meaning.
                  if ((event.target as HTMLElement).closest("a,button,input,label")) return;
                  if (window.getSelection()?.toString()) return;
                  if (to) void navigate(to(row));
                  else onOpen?.(row);
                }}
              >
                {columns.map((column) => (
                  <td key={column.key} className={column.num ? "num" : undefined}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {foot}
    </>
  );
}

/** Newest first, older on request: no page numbers, since the list grows at the top while one reads. `list` words it for lists by name. */
export function Pager({ newest, onNewest, onOlder, children, words = "time" }: { newest: boolean; onNewest: () => void; onOlder: (() => void) | undefined; children?: ReactNode; words?: "time" | "list" }) {
  const { t } = useTranslation("app");
  // All there is stands on this page.
  if (newest && !onOlder && !children) return null;
  return (
    <div className="table-foot">
      <span>{children}</span>
      <span className="grow" />
      <Button size="small" disabled={newest} onClick={onNewest} icon={<ChevronLeft size={15} aria-hidden />}>
        {words === "time" ? t("pager.newest") : t("pager.first")}
      </Button>
      <Button size="small" disabled={!onOlder} onClick={onOlder} icon={<ChevronRight size={15} aria-hidden />} iconPlacement="end">
        {words === "time" ? t("pager.older") : t("pager.next")}
      </Button>
    </div>
  );
}
