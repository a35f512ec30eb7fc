// The orders of whoever is on the line: of the customer where he is known, else of the number.
import { useCallCustomer } from "@lib/customer";
import { useOrders } from "../api";

export function useOrdersOfCaller(call: string | null, number: string | null, filters: { open?: boolean } = {}) {
  const whose = useCallCustomer(call).data;
  const customer = whose?.match === "several" ? null : (whose?.customer?.id ?? null);
  const phone = number ?? whose?.number ?? null;
  const known = customer !== null || (phone !== null && /^\+?[\d -]{7,}$/.test(phone));
  return { ...useOrders(customer !== null ? { customer, ...filters } : { phone, ...filters }, 20, call !== null && whose !== undefined && known), customer, phone, asked: whose !== undefined, known };
}
