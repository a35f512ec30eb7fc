// What an order begins with: from the record of the call, from the customer, from the reason that was chosen.
import type { CallCustomer, Customer } from "@lib/customer";
import type { SlotProps } from "@lib/slots";
import type { Matter, Subtype } from "../api";

export const EMPTY: Matter = {
  kind: "request",
  subtype: "",
  channel: "phone",
  content: "",
  fields: {},
  site: "urban",
  urgency: "ordinary",
  danger: false,
  privacy: "open",
  emotion: "calm",
  level: "ordinary",
  reply_wanted: false,
  contact: { name: "", phone: "" },
  customer: null,
  important_customer: false,
  address: "",
  area: "",
  call: null,
  about: null,
};

/** The sub-type that a contact reason leads to: the longest beginning of its code wins, of two equal the later. */
export function subtypeFor(reason: string | null, subtypes: Subtype[]): Subtype | null {
  let [found, longest]: [Subtype | null, number] = [null, 0];
  for (const subtype of subtypes) {
    if (subtype.retired || reason === null) continue;
    for (const code of subtype.reasons) {
      if (code !== "" && reason.startsWith(code) && code.length >= longest) [found, longest] = [subtype, code.length];
    }
  }
  return found;
}

/** What follows from a sub-type, whatever was chosen before; what it does not ask for is kept, in case it is chosen back. */
export function withSubtype(matter: Matter, subtype: Subtype): Matter {
  return {
    ...matter,
    subtype: subtype.code,
    kind: subtype.kind,
    danger: matter.danger || subtype.danger,
    urgency: matter.danger || subtype.danger ? "urgent" : matter.urgency,
    privacy: subtype.confidential && matter.privacy === "open" ? "confidential" : matter.privacy,
    level: subtype.kind === "complaint" ? matter.level : "ordinary",
    about: subtype.kind === "complaint" || subtype.kind === "report" ? matter.about : null,
  };
}

/** What is masked is not known: it stays out of the form. */
const known = (text: string | null | undefined): string => (text && !text.includes("*") ? text : "");

export interface Begin {
  call?: string;
  /** Whose call it was. */
  agent?: string;
  draft?: SlotProps["interactions.order"]["draft"];
  of?: CallCustomer | undefined;
  customer?: Customer | null | undefined;
}

export function prefill({ call, draft, of, customer = of?.customer }: Begin, subtypes: Subtype[]): Matter {
  const account = customer?.accounts.find((one) => one.closed_at === null) ?? customer?.accounts[0];
  const preferred = customer?.contacts.find((one) => one.preferred) ?? customer?.contacts[0];
  const matter: Matter = {
    ...EMPTY,
    channel: call ? "phone" : "counter",
    call: call ?? null,
    content: draft?.notes.trim() ?? "",
    fields: { ...draft?.fields },
    customer: customer?.id ?? draft?.customer ?? null,
    important_customer: customer?.flags.some(({ flag }) => flag === "important" || flag === "life_support") ?? false,
    contact: { name: known(customer?.name), phone: known(draft?.contact) || known(of?.number) || known(preferred?.number) },
    address: known(draft?.fields.address) || known(account?.address),
    area: account?.parts?.area ?? "",
  };
  const subtype = subtypeFor(draft?.reason ?? null, subtypes);
  return subtype ? withSubtype(matter, subtype) : matter;
}
