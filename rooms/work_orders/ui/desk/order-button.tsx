// In the record of a call: turns it into an order, with what is known of the call and the customer.
import { Button } from "antd";
import { FilePlus2, Files } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useCallCustomer } from "@lib/customer";
import { useMay } from "@lib/session";
import type { SlotProps } from "@lib/slots";
import { useOrders } from "../api";
import { FilingDialog } from "../filing/dialog";
import { FILE } from "../permissions";
import "../work_orders.css";

export default function OrderButton({ call, agent, draft }: SlotProps["interactions.order"]) {
  const { t } = useTranslation("work_orders");
  const may = useMay(FILE);
  const whose = useCallCustomer(may ? call : null);
  const [open, setOpen] = useState(false);
  const made = useOrders({ call }, 10, may).data?.items ?? [];
  if (!may) return null;
  return (
    <>
      {made.length > 0 && (
        <span className="row tight">
          <Files size={15} aria-hidden />
          {made.map((order) => (
            <Link key={order.id} to={`/work_orders/${order.number}`}>
              {order.number}
            </Link>
          ))}
        </span>
      )}
      <Button disabled={whose.isPending} icon={<FilePlus2 size={16} aria-hidden />} onClick={() => setOpen(true)}>
        {made.length > 0 ? t("file.another") : t("file.title")}
      </Button>
      {open && <FilingDialog begin={{ call, agent, draft, of: whose.data }} onClose={() => setOpen(false)} />}
    </>
  );
}
