// The customer at the agent's desk: who is on the line, or the choice among several, or the way to find or register somebody.
import { App, Button, Input } from "antd";
import { BadgeCheck, CircleHelp, PhoneOff, Search, UserPlus, Users } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Facts, Mark, Moment, Notice, Panel, Phone, Skeletons, useProblemText } from "@kit";
import { Problem } from "@lib/api";
import { confirmCallCustomer, useCallCustomer, type CallCustomer, type Customer, type CustomerRow } from "@lib/customer";
import { dialFrom } from "@lib/desk";
import { useMay } from "@lib/session";
import { useCustomers } from "./api";
import { CHANGE, READ } from "./permissions";
import { RegisterDialog } from "./register-dialog";
import { ClassMark, FlagMarks } from "./words";
import "./customers.css";

/** The choices, walked with the arrows, taken with Enter or their number. */
function Choices({ rows, onChoose }: { rows: CustomerRow[]; onChoose: (id: string) => void }) {
  const { t } = useTranslation("customers");
  return (
    <div
      className="customer-choices"
      role="group"
      aria-label={t("card.choose")}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        const buttons = [...event.currentTarget.querySelectorAll("button")];
        const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
        const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
        const digit = /^[1-9]$/.test(event.key) ? Number(event.key) : 0;
        const next = digit ? buttons[digit - 1] : step ? buttons[(at + step + buttons.length) % buttons.length] : undefined;
        if (!next) return;
        event.preventDefault();
        next.focus();
        if (digit) next.click();
      }}
    >
      {rows.map((row, at) => (
        <button key={row.id} type="button" onClick={() => onChoose(row.id)}>
          <kbd>{at + 1}</kbd>
          <b>{row.name}</b>
          <span className="where">{[row.account, row.address].filter(Boolean).join(" · ")}</span>
          <span className="row tight">
            <ClassMark of={row.class} />
            <FlagMarks flags={row.flags} />
          </span>
        </button>
      ))}
    </div>
  );
}

/** Looks for somebody by hand: a name, an account, a meter, the last digits of another number. */
function Finder({ onChoose }: { onChoose: (id: string) => void }) {
  const { t } = useTranslation("customers");
  const [text, setText] = useState("");
  const [asked, setAsked] = useState("");
  const found = useCustomers({ text: asked }, asked !== "");
  const rows = asked ? (found.data?.items.slice(0, 9) ?? []) : [];
  return (
    <div className="stack">
      <Input.Search
        value={text}
        allowClear
        enterButton
        maxLength={64}
        aria-label={t("card.find")}
        placeholder={t("card.find")}
        prefix={<Search size={15} aria-hidden className="muted" />}
        onChange={(event) => setText(event.target.value)}
        onSearch={(value) => setAsked(value.trim())}
      />
      {asked && found.isFetched && rows.length === 0 && <p className="muted">{t("card.nobody")}</p>}
      {rows.length > 0 && <Choices rows={rows} onChoose={onChoose} />}
    </div>
  );
}

function Card({ customer, of, call, onConfirm, onOther }: { customer: Customer; of: CallCustomer; call: string; onConfirm: (learn: boolean) => void; onOther: () => void }) {
  const { t } = useTranslation("customers");
  const change = useMay(CHANGE);
  const account = customer.accounts.find((one) => !one.closed_at) ?? customer.accounts[0];
  const meter = account?.meters.find((one) => !one.removed_at);
  const preferred = customer.contacts.find((one) => one.preferred) ?? customer.contacts[0];
  const contact = customer.contacts.find((one) => one.number === of.number);
  const confirmed = of.match === "confirmed";
  return (
    <div className="customer-card">
      <div className="customer-head">
        <Link className="name" to={`/customers/${customer.id}?call=${call}`}>
          {customer.name}
        </Link>
        <ClassMark of={account?.class ?? null} />
        <FlagMarks flags={customer.flags.map((one) => one.flag)} />
        {contact?.verified && (
          <Mark chip tone="ready" icon={BadgeCheck}>
            {t("card.verified")}
          </Mark>
        )}
        <span className="grow" />
        <span className="muted nowrap inline-links">
          {of.last_contact ? (
            <>
              {t("last_contact")} <Link to={`/calls/${of.last_contact.call}`}><Moment at={of.last_contact.at} seconds={false} /></Link>
            </>
          ) : (
            t("first_contact")
          )}
        </span>
      </div>
      <Facts
        items={[
          [t("account_number"), account && `${account.number} ${customer.accounts.length > 1 ? t("more_accounts", { count: customer.accounts.length - 1 }) : ""}`],
          [t("address"), account?.address],
          [t("meter"), meter && [meter.kind, meter.installed_year && t("installed", { year: meter.installed_year })].filter(Boolean).join(" · ")],
          [t("preferred"), preferred && <Phone number={preferred.number} onDial={() => dialFrom(`/api/customers/${customer.id}`, { contact: preferred.id })} />],
        ]}
      />
      {customer.flags.some((one) => one.flag === "danger" || one.flag === "life_support") && (
        <Notice tone="wrap" title={t("card.mind")}>
          {customer.flags.filter((one) => one.flag === "danger" || one.flag === "life_support").map((one) => one.reason).join("；")}
        </Notice>
      )}
      {of.own && (!confirmed || !of.number_known) && (
        <div className="customer-confirm">
          <Button type={confirmed ? "default" : "primary"} icon={<BadgeCheck size={16} aria-hidden />} onClick={() => onConfirm(change && of.number !== null)}>
            {of.number_known || !change || !of.number ? t("card.confirm") : t("card.confirm_learn")}
          </Button>
          <span className="muted">{of.number_known ? t("card.confirm_todo") : t("card.learn_todo")}</span>
          <span className="grow" />
          <Button type="text" onClick={onOther}>
            {t("card.other")}
          </Button>
        </div>
      )}
    </div>
  );
}

export default function DeskCard({ call }: { call: string; number: string; state: string }) {
  const { t } = useTranslation("customers");
  const { message } = App.useApp();
  const problemText = useProblemText();
  const may = useMay(READ);
  const change = useMay(CHANGE);
  const { data, error } = useCallCustomer(may ? call : null);
  // Kept for this call only: the next caller begins anew.
  const [other, setOther] = useState<string | null>(null);
  const [registering, setRegistering] = useState(false);
  if (!may) return null;
  if (error && !(error instanceof Problem && error.status === 404)) {
    return (
      <Notice tone="busy" title={problemText(error).what}>
        {problemText(error).todo}
      </Notice>
    );
  }
  const choose = (customer: string, learn: boolean) =>
    void confirmCallCustomer(call, customer, learn)
      .then(() => setOther(null))
      .catch((failed: unknown) => message.error(problemText(failed).what));
  const learn = change && data?.number != null;
  return (
    <Panel label={t("card.title")}>
      {!data ? (
        <Skeletons lines={3} height={22} />
      ) : data.customer && other !== call ? (
        <Card customer={data.customer} of={data} call={call} onConfirm={(how) => data.customer && choose(data.customer.id, how)} onOther={() => setOther(call)} />
      ) : (
        <div className="customer-card">
          <div className="customer-head">
            <Mark tone="wrap" icon={data.match === "several" ? Users : data.match === "hidden" ? PhoneOff : CircleHelp}>
              {data.match === "several" ? t("card.several", { count: data.choices.length }) : t(data.match === "hidden" ? "card.hidden" : other === call ? "card.other" : "card.unknown")}
            </Mark>
            <span className="grow" />
            {other === call && data.customer && <Button onClick={() => setOther(null)}>{t("card.back")}</Button>}
            {change && data.own && (
              <Button icon={<UserPlus size={16} aria-hidden />} onClick={() => setRegistering(true)}>
                {t("register")}
              </Button>
            )}
          </div>
          {data.own && data.choices.length > 0 && <Choices rows={data.choices} onChoose={(id) => choose(id, learn)} />}
          {data.own && <Finder onChoose={(id) => choose(id, learn)} />}
        </div>
      )}
      {registering && data && (
        <RegisterDialog
          number={data.number ?? ""}
          onClose={() => setRegistering(false)}
          onDone={(made) => {
            choose(made, learn);
          }}
        />
      )}
    </Panel>
  );
}
