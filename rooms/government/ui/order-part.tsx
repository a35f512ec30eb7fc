// On the page of an order: the ticket of 12345 that it came from, and what the platform knows of it.
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Panel } from "@kit";
import type { SlotProps } from "@lib/slots";
import { useTicketOf } from "./api";
import { TicketFacts, Warnings } from "./ticket-page";

export default function OrderTicket({ order }: SlotProps["order.parts"]) {
  const { t } = useTranslation("government");
  const ticket = useTicketOf(order).data;
  if (!ticket) return null;
  return (
    <Panel title={t("of_order.title")} extra={<Link className="not-on-paper" to={`/government/tickets/${ticket.id}`}>{ticket.number}</Link>}>
      <Warnings ticket={ticket} />
      <TicketFacts ticket={ticket} />
    </Panel>
  );
}
