// On a customer's page: the orders of this customer, the newest first.
import { useTranslation } from "react-i18next";
import type { SlotProps } from "@lib/slots";
import { OrdersOf } from "./parts";

export default function CustomerPart({ customer }: SlotProps["customer.parts"]) {
  const { t } = useTranslation("work_orders");
  return <OrdersOf filters={{ customer }} title={t("of_customer")} />;
}
