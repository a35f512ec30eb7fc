// While a call rings: who it is, where, and what must be known before the first word.
import { CircleHelp, Users } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Mark } from "@kit";
import { useCallCustomer } from "@lib/customer";
import { useMay } from "@lib/session";
import { READ } from "./permissions";
import { ClassMark, FlagMarks } from "./words";
import "./customers.css";

export default function RingFacts({ call }: { call: string }) {
  const { t } = useTranslation("customers");
  const may = useMay(READ);
  const { data } = useCallCustomer(may ? call : null);
  if (!data) return null;
  const { customer } = data;
  if (!customer) {
    return (
      <Mark tone="wrap" icon={data.match === "several" ? Users : CircleHelp}>
        {data.match === "several" ? t("card.several", { count: data.choices.length }) : t(data.match === "hidden" ? "card.hidden" : "card.unknown")}
      </Mark>
    );
  }
  const account = customer.accounts.find((one) => !one.closed_at) ?? customer.accounts[0];
  return (
    <div className="customer-ring">
      <b>{customer.name}</b>
      <span className="row tight wrap">
        <ClassMark of={account?.class ?? null} />
        <FlagMarks flags={customer.flags.map((one) => one.flag)} />
      </span>
      {account && <span className="soft">{account.address}</span>}
    </div>
  );
}
