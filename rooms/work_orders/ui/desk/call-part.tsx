// On a call's page: the orders that came of it.
import { useTranslation } from "react-i18next";
import type { SlotProps } from "@lib/slots";
import { OrdersOf } from "./parts";

export default function CallPart({ call }: SlotProps["call.parts"]) {
  const { t } = useTranslation("work_orders");
  return <OrdersOf filters={{ call }} title={t("of_call")} />;
}
