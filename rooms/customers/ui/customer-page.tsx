// One customer: who, what is supplied where, how to reach them, what must be minded, and what was done to the record.
import { App, Button, Dropdown } from "antd";
import { Archive, ArrowLeft, Ellipsis, Eye, GitMerge, NotebookPen, Pencil, Plus, RotateCcw, Split, Star, Undo2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams, useSearchParams } from "react-router";
import { Facts, ListMoment, Mark, Moment, Notice, Page, Panel, Phone, Skeletons, Trouble, useProblemText } from "@kit";
import type { CustomerAccount, CustomerContact } from "@lib/customer";
import { dialFrom } from "@lib/desk";
import { useAgents } from "@lib/directory";
import { day } from "@lib/format";
import { useMay } from "@lib/session";
import { Slot } from "@lib/slots";
import { act, undo, useCustomer, type Act, type Happened, type WholeCustomer } from "./api";
import { AccountDialog, ArchiveDialog, CloseAccountDialog, ContactDialog, FlagDialog, MergeDialog, NameDialog, NoteDialog, SplitDialog, UnmaskDialog } from "./dialogs";
import type { Element } from "./network";
import { PathLinks } from "./network-words";
import { CHANGE, MERGE, UNMASK } from "./permissions";
import { ClassMark, FlagMarks } from "./words";
import "./customers.css";

type Open = { what: "name" | "flag" | "note" | "archive" | "merge" | "split" | "unmask" } | { what: "contact"; contact: CustomerContact | null } | { what: "account"; account: CustomerAccount | null } | { what: "close"; account: CustomerAccount } | null;

/** The journal's word in ours, with what it names. */
function useHappened() {
  const { t, i18n } = useTranslation("customers");
  return (line: Happened): ReactNode => {
    const known = i18n.exists(`happened.${line.kind}`, { ns: "customers" });
    const detail = [line.payload.number, line.payload.account, line.payload.reason, line.payload.flag && t(`flag.${line.payload.flag as "elderly"}`)].filter((part): part is string => typeof part === "string" && part !== "");
    return (
      <>
        <span className="strong">{known ? t(`happened.${line.kind}` as "happened.renamed") : line.kind}</span> <span className="soft">{detail.join(" · ")}</span>
      </>
    );
  };
}

function Account({ account, supply, edit, close }: { account: CustomerAccount; supply: Element[]; edit: (() => void) | null; close: (() => void) | null }) {
  const { t } = useTranslation("customers");
  return (
    <li>
      <div style={{ flex: 1, minWidth: 240 }}>
        <div className="row tight wrap">
          <b>{account.number}</b>
          <ClassMark of={account.class} />
          <span className="muted">{t(`utility.${account.utility}`)}</span>
          {account.closed_at && <span className="muted">{t("closed_at", { day: day(account.closed_at) })}</span>}
        </div>
        <div>{account.address}</div>
        {supply.length > 0 && <PathLinks path={supply} />}
        {account.meters.map((meter) => (
          <div key={meter.number} className={meter.removed_at ? "muted" : "soft"}>
            {t("meter")} {meter.number} {meter.kind} {meter.installed_year && t("installed", { year: meter.installed_year })} {meter.removed_at && t("removed_at", { day: day(meter.removed_at) })}
          </div>
        ))}
      </div>
      {edit && !account.closed_at && (
        <Button size="small" icon={<Pencil size={14} aria-hidden />} onClick={edit}>
          {t("edit")}
        </Button>
      )}
      {close && !account.closed_at && (
        <Button size="small" onClick={close}>
          {t("close_account")}
        </Button>
      )}
    </li>
  );
}

function Contacts({ customer, put, onEdit }: { customer: WholeCustomer; put: ((what: Act) => void) | null; onEdit: (contact: CustomerContact) => void }) {
  const { t } = useTranslation("customers");
  const agents = useAgents();
  if (customer.contacts.length === 0) return <p className="muted">{t("no_contacts")}</p>;
  return (
    <ul className="customer-lines">
      {customer.contacts.map((contact) => (
        <li key={contact.id}>
          <Phone number={contact.number} onDial={() => dialFrom(`/api/customers/${customer.id}`, { contact: contact.id })} />
          {contact.preferred && <Mark chip tone="accent" icon={Star}>{t("preferred")}</Mark>}
          <span className="soft">{contact.label}</span>
          <span className="muted">{contact.verified ? t("verified", { who: agents.name(contact.verified.by), day: day(contact.verified.at) }) : t(`source.${contact.source}`)}</span>
          <span className="grow" />
          {put && !contact.preferred && (
            <Button size="small" onClick={() => put({ act: "put_contact", contact: contact.id, preferred: true })}>
              {t("prefer")}
            </Button>
          )}
          {put && (
            <Button size="small" icon={<Pencil size={14} aria-hidden />} onClick={() => onEdit(contact)}>
              {t("edit")}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}

export default function CustomerPage() {
  const { t } = useTranslation("customers");
  const { message } = App.useApp();
  const problemText = useProblemText();
  const { id = "" } = useParams();
  const [search] = useSearchParams();
  const call = search.get("call") ?? undefined;
  const query = useCustomer(id, call);
  const agents = useAgents();
  const happened = useHappened();
  const mayChange = useMay(CHANGE);
  const mayMerge = useMay(MERGE);
  const mayUnmask = useMay(UNMASK);
  const [open, setOpen] = useState<Open>(null);
  // Seen whole until the page is left or the record has changed.
  const [whole, setWhole] = useState<WholeCustomer | null>(null);
  const asked = query.data;
  const customer = whole && asked && whole.id === asked.id && whole.version === asked.version ? whole : asked;

  if (query.isError && !customer) return <Trouble page error={query.error} retry={() => void query.refetch()} />;
  if (!customer) {
    return (
      <Page title={t("customer")}>
        <Skeletons lines={7} height={26} />
      </Page>
    );
  }
  const can = (what: "change" | "archive" | "restore" | "merge" | "split") => customer.allowed.includes(what) && (what === "change" ? mayChange : mayMerge);
  const run = (what: () => Promise<unknown>) => void what().catch((error: unknown) => message.error(problemText(error).what));
  const put = (what: Act) => run(() => act(customer, what));
  const more = [
    can("merge") && { key: "merge", icon: <GitMerge size={15} />, label: t("merge.title"), onClick: () => setOpen({ what: "merge" }) },
    can("split") && { key: "split", icon: <Split size={15} />, label: t("split.title"), onClick: () => setOpen({ what: "split" }) },
    can("archive") && { key: "archive", icon: <Archive size={15} />, label: t("archive.title"), onClick: () => setOpen({ what: "archive" }) },
    can("restore") && { key: "restore", icon: <RotateCcw size={15} />, label: t("restore"), onClick: () => put({ act: "restore" }) },
  ].filter((item) => item !== false);
  const close = () => setOpen(null);

  return (
    <Page
      title={customer.name}
      heading={
        <span className="row">
          <Link to="/customers" aria-label={t("back")} className="row">
            <ArrowLeft size={20} aria-hidden />
          </Link>
          {customer.name}
          <FlagMarks flags={customer.flags.map((one) => one.flag)} />
        </span>
      }
      actions={
        <>
          {customer.masked && mayUnmask && (
            <Button icon={<Eye size={16} aria-hidden />} onClick={() => setOpen({ what: "unmask" })}>
              {t("unmask.title")}
            </Button>
          )}
          {can("change") && (
            <Button icon={<NotebookPen size={16} aria-hidden />} onClick={() => setOpen({ what: "note" })}>
              {t("note.title")}
            </Button>
          )}
          {can("change") && (
            <Button icon={<Pencil size={16} aria-hidden />} onClick={() => setOpen({ what: "name" })}>
              {t("edit")}
            </Button>
          )}
          {more.length > 0 && (
            <Dropdown trigger={["click"]} menu={{ items: more }}>
              <Button icon={<Ellipsis size={16} aria-hidden />} aria-label={t("more")} />
            </Dropdown>
          )}
        </>
      }
    >
      {customer.merged_into && (
        <Notice tone="wrap" title={t("merged")} action={<Link to={`/customers/${customer.merged_into}`}>{t("merged_to")}</Link>}>
          {t("merged_todo")}
        </Notice>
      )}
      {customer.archived && (
        <Notice tone="wrap" title={t("archived", { day: day(customer.archived.at) })}>
          {customer.archived.why}
        </Notice>
      )}
      <div className="customer-two">
        <div className="stack" style={{ gap: 16 }}>
          <Panel
            title={t("accounts")}
            extra={can("change") && <Button size="small" icon={<Plus size={14} aria-hidden />} onClick={() => setOpen({ what: "account", account: null })}>{t("add_account")}</Button>}
          >
            {customer.accounts.length === 0 ? (
              <p className="muted">{t("no_accounts")}</p>
            ) : (
              <ul className="customer-lines">
                {customer.accounts.map((account) => (
                  <Account key={account.id} account={account} supply={customer.supply.find((one) => one.account === account.id)?.path ?? []} edit={can("change") ? () => setOpen({ what: "account", account }) : null} close={can("change") ? () => setOpen({ what: "close", account }) : null} />
                ))}
              </ul>
            )}
          </Panel>
          <Panel
            title={t("contacts")}
            extra={can("change") && <Button size="small" icon={<Plus size={14} aria-hidden />} onClick={() => setOpen({ what: "contact", contact: null })}>{t("add_contact")}</Button>}
          >
            <Contacts customer={customer} put={can("change") ? put : null} onEdit={(contact) => setOpen({ what: "contact", contact })} />
          </Panel>
          <Panel title={t("history")}>
            <ol className="customer-lines">
              {customer.history.map((line, at) => (
                <li key={at}>
                  <ListMoment at={line.at} />
                  <span>{agents.name(line.who) ?? t("centre")}</span>
                  <span>{happened(line)}</span>
                </li>
              ))}
            </ol>
          </Panel>
        </div>
        <div className="stack" style={{ gap: 16 }}>
          <Panel title={t("record")}>
            <Facts
              items={[
                [t("kind.label"), t(`kind.${customer.kind}`)],
                [t("created"), <Moment key="created" at={customer.created_at} seconds={false} />],
                [t("changed"), <Moment key="changed" at={customer.changed_at} seconds={false} />],
              ]}
            />
          </Panel>
          <Panel title={t("flags")} extra={can("change") && <Button size="small" icon={<Pencil size={14} aria-hidden />} onClick={() => setOpen({ what: "flag" })}>{t("edit")}</Button>}>
            {customer.flags.length === 0 ? (
              <p className="muted">{t("no_flags")}</p>
            ) : (
              <ul className="customer-lines">
                {customer.flags.map((flag) => (
                  <li key={flag.flag}>
                    <FlagMarks flags={[flag.flag]} />
                    <span>{flag.reason}</span>
                    <span className="when">{t("since", { day: day(flag.since), who: agents.name(flag.set_by) ?? t("centre") })}</span>
                  </li>
                ))}
              </ul>
            )}
          </Panel>
          <Panel title={t("notes")}>
            {customer.notes.length === 0 ? (
              <p className="muted">{t("no_notes")}</p>
            ) : (
              <ul className="customer-lines">
                {customer.notes.map((note, at) => (
                  <li key={at}>
                    <span style={{ flex: "1 1 100%", overflowWrap: "anywhere" }}>{note.text}</span>
                    <span className="when">
                      <Moment at={note.at} seconds={false} /> {agents.name(note.who)}
                    </span>
                  </li>
                ))}
              </ul>
            )}
          </Panel>
          {customer.moves.length > 0 && (
            <Panel title={t("moves")}>
              <ul className="customer-lines">
                {customer.moves.map((move) => {
                  const other = move.source === customer.id ? move.target : move.source;
                  return (
                    <li key={move.id}>
                      <span>{t(`move.${move.kind}${move.source === customer.id ? "_from" : "_into"}`)}</span>
                      <Link to={`/customers/${other}`}>{t("other_record")}</Link>
                      <span className="when">
                        <Moment at={move.at} seconds={false} /> {agents.name(move.who)}
                      </span>
                      <span className="grow" />
                      {move.undone ? (
                        <span className="muted">{t("move.undone")}</span>
                      ) : (
                        mayMerge && (
                          <Button size="small" icon={<Undo2 size={14} aria-hidden />} onClick={() => run(() => undo(move.id))}>
                            {t("move.undo")}
                          </Button>
                        )
                      )}
                    </li>
                  );
                })}
              </ul>
            </Panel>
          )}
        </div>
      </div>
      <Slot name="customer.parts" customer={customer.id} fallback={null} />
      {open?.what === "name" && <NameDialog customer={customer} onClose={close} />}
      {open?.what === "close" && <CloseAccountDialog customer={customer} account={open.account} onClose={close} />}
      {open?.what === "flag" && <FlagDialog customer={customer} onClose={close} />}
      {open?.what === "note" && <NoteDialog customer={customer} onClose={close} />}
      {open?.what === "contact" && <ContactDialog customer={customer} contact={open.contact} onClose={close} />}
      {open?.what === "account" && <AccountDialog customer={customer} account={open.account} onClose={close} />}
      {open?.what === "archive" && <ArchiveDialog customer={customer} onClose={close} />}
      {open?.what === "merge" && <MergeDialog customer={customer} onClose={close} />}
      {open?.what === "split" && <SplitDialog customer={customer} onClose={close} />}
      {open?.what === "unmask" && <UnmaskDialog id={customer.id} onClose={close} onSeen={setWhole} />}
    </Page>
  );
}
