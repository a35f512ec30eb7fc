// The order of the work on an outage: filed from here, or one that is there is named; those of who is still without follow it.
import { Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Field } from "@kit";
import { EditDialog } from "@kit/dialog";
import { useMay } from "@lib/session";
import { nameOrder, type OutageView } from "./api";
import { WRITE } from "./permissions";

export function MasterOrder({ outage }: { outage: OutageView }) {
  const { t } = useTranslation("outages");
  const may = useMay(WRITE);
  const [open, setOpen] = useState(false);
  const [number, setNumber] = useState("");
  if (outage.order) return <Link to={`/work_orders/${outage.order}`}>{t("after.open_order")}</Link>;
  if (!may || !["in_progress", "restored"].includes(outage.state)) return <>—</>;
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>{t("after.file_master")}</Button>
      {open && (
        <EditDialog title={t("after.file_master")} save={number.trim() ? t("after.link") : t("after.file")} onClose={() => setOpen(false)} onSave={() => nameOrder(outage.id, number.trim())}>
          <p>{t("after.tells_master")}</p>
          <Field label={t("after.number")} htmlFor="m-number" help={t("after.help_number")}>
            <Input id="m-number" maxLength={30} value={number} onChange={(event) => setNumber(event.target.value)} />
          </Field>
        </EditDialog>
      )}
    </>
  );
}
