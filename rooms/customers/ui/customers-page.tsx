// All customers: found by what people know of themselves, narrowed by class and flag; masked.
import { Button, Checkbox } from "antd";
import { Contact, FileUp, UserPlus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { Nothing, Page, Phone, type Column } from "@kit";
import { ExportButton } from "@kit/export";
import { ChoiceFilter, Filters, TextFilter } from "@kit/filters";
import { useFound } from "@kit/found";
import { Listed } from "@kit/listed";
import type { CustomerRow } from "@lib/customer";
import { dialFrom } from "@lib/desk";
import { useMay } from "@lib/session";
import { CLASSES, FILTERS, FLAGS, useCustomers } from "./api";
import { CHANGE, EXPORT, IMPORT } from "./permissions";
import { RegisterDialog } from "./register-dialog";
import { ClassMark, FlagMarks } from "./words";

export default function CustomersPage() {
  const { t } = useTranslation("customers");
  const found = useFound(FILTERS, "after");
  const { filters: url, set } = found;
  const { after, archived, ...narrowed } = url;
  const customers = useCustomers(url);
  const mayChange = useMay(CHANGE);
  const mayImport = useMay(IMPORT);
  const mayExport = useMay(EXPORT);
  const navigate = useNavigate();
  const [registering, setRegistering] = useState(false);
  const columns: Column<CustomerRow>[] = [
    { key: "name", title: t("name"), cell: (row) => <Link className="strong nowrap" to={`/customers/${row.id}`}>{row.name}</Link> },
    { key: "class", title: t("class.label"), cell: (row) => <ClassMark of={row.class} /> },
    { key: "account", title: t("account_number"), cell: (row) => <span className="nowrap">{row.account ?? "—"} {row.more_accounts > 0 && <span className="muted">{t("more_accounts", { count: row.more_accounts })}</span>}</span> },
    { key: "number", title: t("number"), cell: (row) => (row.number ? <Phone number={row.number} onDial={() => dialFrom(`/api/customers/${row.id}`)} /> : "—") },
    { key: "address", title: t("address"), cell: (row) => row.address ?? "—" },
    { key: "flags", title: t("flags"), cell: (row) => <span className="row tight wrap"><FlagMarks flags={row.flags} /></span> },
  ];

  return (
    <Page
      title={t("title")}
      lead={t("lead")}
      actions={
        <>
          {mayExport && <ExportButton path="/api/customers/exports" filters={{ ...narrowed, archived: archived === "true" }} />}
          {mayImport && (
            <Button icon={<FileUp size={16} aria-hidden />} onClick={() => void navigate("/customers/import")}>
              {t("import.title")}
            </Button>
          )}
          {mayChange && (
            <Button type="primary" onClick={() => setRegistering(true)} icon={<UserPlus size={16} aria-hidden />}>
              {t("register")}
            </Button>
          )}
        </>
      }
    >
      <Filters label={t("filters")} active={found.filtered} onClear={found.clear}>
        <TextFilter id="text" label={t("filter_text")} width={300} value={url.text} onChange={(text) => set({ text })} />
        <ChoiceFilter id="class" label={t("class.label")} width={130} value={url.class} onChange={(value) => set({ class: value })} options={CLASSES.map((value) => ({ value, label: t(`class.${value}`) }))} />
        <ChoiceFilter id="flag" label={t("flags")} width={150} value={url.flag} onChange={(flag) => set({ flag })} options={FLAGS.map((value) => ({ value, label: t(`flag.${value}`) }))} />
        <Checkbox checked={url.archived === "true"} onChange={(event) => set({ archived: event.target.checked ? "true" : null })} style={{ minHeight: 32, alignItems: "center" }}>
          {t("archived_only")}
        </Checkbox>
      </Filters>
      <Listed
        label={t("title")}
        columns={columns}
        of={customers}
        cursor="after"
        words="list"
        rowKey={(row) => row.id}
        to={(row) => `/customers/${row.id}`}
        expect={12}
        empty={<Nothing filtered={found.filtered || after !== undefined} found={[t("none_found"), t("none_found_todo")]} onAll={found.clear} icon={Contact} none={[t("none"), t("none_todo")]} />}
      />
      {registering && <RegisterDialog onClose={() => setRegistering(false)} onDone={(id) => void navigate(`/customers/${id}`)} />}
    </Page>
  );
}
