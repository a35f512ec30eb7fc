// What every form of the field does: keep what was entered on the telephone, say so, and go back to the order.
import { App } from "antd";
import { useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { Notice } from "@kit";
import { Check } from "lucide-react";
import { Big, Screen } from "./parts";
import type { Store } from "./store";
import type { Sync } from "./sync";
import type { Entry, Order, What } from "./types";
import { entryOf } from "./use-field";

/** What a form is handed: the order as it will stand, the entry that is mended (or null), where drafts are kept. */
export interface FormProps {
  order: Order;
  own: Entry[];
  entry: Entry | null;
  sync: Sync;
  store: Store;
  /** The draft's key: one for each act of each order, and for each entry that is mended. */
  draft: string;
}

export function useKeeping({ order, sync, entry, draft }: Pick<FormProps, "order" | "sync" | "entry" | "draft">) {
  const { t } = useTranslation("work_orders");
  const { message } = App.useApp();
  const navigate = useNavigate();
  const [trouble, setTrouble] = useState<string | null>(null);
  const busy = useRef(false);

  /** `stay`: more of the same may follow. */
  async function keep(what: What, { bytes = null, stay = false, said = t("field.form.kept") }: { bytes?: ArrayBuffer | null; stay?: boolean; said?: string } = {}): Promise<void> {
    if (busy.current) return;
    busy.current = true;
    setTrouble(null);
    try {
      if (!entry) await sync.keep(entryOf(order, what), bytes, draft);
      else if (!(await sync.mend(entry.seq, what, draft))) return setTrouble(t("field.form.sent_already"));
      message.success(said);
      if (!stay) await navigate(`/field/${order.id}`, { replace: true });
    } catch {
      setTrouble(t("field.form.not_kept"));
    } finally {
      busy.current = false;
    }
  }
  return { keep, trouble };
}

/** A form: heading, what it is for, its fields, the one button below. */
export function Form({ order, title, lead, trouble, onKeep, disabled = false, label, children, more }: { order: Order; title: string; lead?: string; trouble: string | null; onKeep: (() => void) | null; disabled?: boolean; label?: string; children: ReactNode; more?: ReactNode }) {
  const { t } = useTranslation("work_orders");
  return (
    <Screen
      title={`${title} ${order.number}`}
      heading={
        <>
          {title} <small className="muted">{order.number}</small>
        </>
      }
      back={`/field/${order.id}`}
      foot={
        <>
          {more}
          {onKeep && (
            <Big primary icon={Check} onClick={onKeep} disabled={disabled}>
              {label ?? t("field.form.keep")}
            </Big>
          )}
        </>
      }
    >
      {lead && <p className="muted">{lead}</p>}
      {trouble && <Notice tone="busy" title={trouble} />}
      {children}
    </Screen>
  );
}

/** A labelled field, with what is wrong below it. */
export function Labelled({ id, label, fault, children }: { id: string; label: string; fault?: string | null; children: ReactNode }) {
  return (
    <div className="crew-field">
      <label htmlFor={id}>{label}</label>
      {children}
      {fault && (
        <p className="why" role="alert" id={`${id}-fault`}>
          {fault}
        </p>
      )}
    </div>
  );
}

/** Letters and digits, as the server counts them. */
export const bare = (text: string) => [...text.matchAll(/[\p{L}\p{N}]/gu)].length;
/** All that is not space. */
export const length = (text: string) => [...text.trim()].length;
