// While a call rings: how many orders this customer has open, and whether one of them is late.
import { AlarmClockOff, ClipboardCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Mark } from "@kit";
import { serverNow } from "@lib/clock";
import { useMay } from "@lib/session";
import type { SlotProps } from "@lib/slots";
import { READ } from "../permissions";
import { useOrdersOfCaller } from "./of-caller";

export default function RingOrders({ call, number }: SlotProps["desk.ring"]) {
  const { t } = useTranslation("work_orders");
  const may = useMay(READ);
  const open = useOrdersOfCaller(may ? call : null, number, { open: true }).data?.items ?? [];
  if (open.length === 0) return null;
  const late = open.some((order) => order.due !== null && Date.parse(order.due) < serverNow());
  return (
    <Mark tone={late ? "busy" : "wrap"} icon={late ? AlarmClockOff : ClipboardCheck}>
      {late ? t("desk.open_late", { count: open.length }) : t("desk.open", { count: open.length })}
    </Mark>
  );
}
