// Accepting a matter: from the record of a call, or from scratch for the counter, the web and 12345.
import { Button, Modal } from "antd";
import { FilePlus2 } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Notice, useProblemText } from "@kit";
import { Problem } from "@lib/api";
import { keyLabel, keyOf, useKeys } from "@lib/keys";
import { Slot } from "@lib/slots";
import { fileOrder, newToken, useAlike, useSubtypes, useSuggested, type Fault, type Matter, type Order } from "../api";
import { Alike, type Joining } from "./alike";
import { Filed } from "./filed";
import { MatterForm } from "./matter-form";
import { prefill, type Begin } from "./prefill";
import { WayForm, type Way } from "./way-form";
import "../work_orders.css";

interface Kept {
  matter: Matter;
  way: Way;
  unit: string | null;
  /** Somebody has chosen the unit; a suggestion does not undo that. */
  chosen: boolean;
  answered: string;
  appointment: string | null;
  joining: Joining;
  token: string;
}
/** What was typed and not yet filed, by call: closing the dialog loses nothing. */
const kept = new Map<string, Kept>();

/** The value itself once it has not changed for a while. */
function useSettled<Value>(value: Value, ms = 400): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}

interface Props {
  begin: Begin;
  onClose: () => void;
  /** It has been filed, and its number read. */
  onFiled?: (order: Order) => void;
}

export function FilingDialog(props: Props) {
  const subtypes = useSubtypes();
  return subtypes.ready ? <Filing {...props} /> : null;
}

function Filing({ begin, onClose, onFiled }: Props) {
  const { t } = useTranslation("work_orders");
  const problemText = useProblemText();
  const keys = useKeys();
  const subtypes = useSubtypes();
  const key = begin.call ?? "";
  const [form, setForm] = useState<Kept>(() => kept.get(key) ?? { matter: prefill(begin, subtypes.all), way: "unit", unit: null, chosen: false, answered: "", appointment: null, joining: "undecided", token: newToken() });
  const [busy, setBusy] = useState(false);
  const sending = useRef(false);
  const [asked, setAsked] = useState(false);
  const [faults, setFaults] = useState<Fault[]>([]);
  const [problem, setProblem] = useState<unknown>(null);
  const [filed, setFiled] = useState<Order | null>(null);
  /** Orders that other rooms know for what seems to be the same. */
  const [offered, setOffered] = useState(0);
  const body = useRef<HTMLDivElement>(null);
  const { matter, joining } = form;

  const change = (patch: Partial<Kept>) => {
    const next = { ...form, ...patch };
    setForm(next);
    kept.set(key, next);
  };
  const describe = (patch: Partial<Matter>) => {
    change({ matter: { ...matter, ...patch } });
    const touched = Object.keys(patch);
    setFaults((now) => now.filter((fault) => !touched.some((field) => fault.field === field || fault.field.startsWith(`${field}.`))));
  };

  const place = useSettled(matter.address);
  const phone = useSettled(matter.contact.phone);
  const like = useMemo(() => ({ customer: matter.customer, address: place, phone }), [matter.customer, place, phone]);
  const alike = useAlike(like, filed === null).data ?? [];
  const suggested = useSuggested(matter.subtype, useSettled(matter.area), filed === null).data;
  const proposed = form.chosen ? form.unit : (suggested?.[0] ?? null);
  const joins = typeof joining === "object";
  // Whoever is in danger gets a crew, whatever is known.
  const joinable = matter.kind === "fault" && !matter.danger;
  const join = (next: Joining) => {
    setAsked(false);
    change({ joining: next });
  };
  // Everything else is somebody's work, whatever was said on the call.
  const subtype = subtypes.all.find(({ code }) => code === matter.subtype);
  const answerable = subtype === undefined || subtype.kind === "enquiry" || subtype.call_back === "never";
  const way: Way = joins ? "desk" : form.way === "answered" && !answerable ? "unit" : form.way;

  const save = async () => {
    if (sending.current || filed) return;
    if (joining === "undecided" && alike.length + (joinable ? offered : 0) > 0) {
      setAsked(true);
      body.current?.querySelector(".alike, .filing-known")?.scrollIntoView({ block: "nearest" });
      return;
    }
    const lacks: Fault[] = [];
    if (way === "answered" && form.answered.trim().length < 2) lacks.push({ field: "answered", why: "missing" });
    if (way === "unit" && proposed === null) lacks.push({ field: "unit", why: "missing" });
    setFaults(lacks);
    setProblem(null);
    if (lacks.length > 0) return;
    sending.current = true;
    setBusy(true);
    try {
      const order = await fileOrder({
        matter,
        unit: way === "unit" ? proposed : null,
        master: joins ? joining.master : null,
        answered: way === "answered" ? form.answered.trim() : null,
        appointment: form.appointment,
        token: form.token,
      });
      kept.delete(key);
      setFiled(order);
    } catch (error) {
      if (error instanceof Problem && error.code === "work_orders.incomplete") {
        setFaults(error.params.faults as Fault[]);
        setTimeout(() => body.current?.querySelector(".fault")?.closest(".field")?.scrollIntoView({ block: "center" }), 0);
      }
      setProblem(error);
    } finally {
      sending.current = false;
      setBusy(false);
    }
  };
  const told = (field: string): string | undefined => {
    const found = faults.find((fault) => fault.field === field);
    return found ? t(`fault.${found.why}`) : undefined;
  };
  const said = problem ? problemText(problem) : null;
  const done = () => {
    if (filed) onFiled?.(filed);
    onClose();
  };

  return (
    <Modal
      open
      title={filed ? t("filed.title") : t("file.title")}
      width={filed ? 520 : 940}
      style={{ top: 32 }}
      mask={{ closable: false }}
      styles={{ body: { maxHeight: "calc(100vh - 190px)", overflowY: "auto", margin: "0 -24px", padding: "4px 24px" } }}
      onCancel={filed ? done : onClose}
      footer={
        filed ? null : (
          <div className="row">
            <span className="muted">{matter.call ? t("file.with_call") : t("file.without_call")}</span>
            <span className="grow" />
            <Button onClick={onClose}>{t("file.later")}</Button>
            <Button type="primary" loading={busy} icon={<FilePlus2 size={16} aria-hidden />} onClick={() => void save()}>
              {joins ? t("file.join") : way === "answered" ? t("file.answer") : t("file.do")} <kbd className="on-button">{keyLabel(keys.save)}</kbd>
            </Button>
          </div>
        )
      }
    >
      <div
        ref={body}
        className="stack filing"
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing || keyOf(event) !== keys.save) return;
          // The record behind has the same key.
          event.preventDefault();
          event.stopPropagation();
          if (filed) done();
          else void save();
        }}
      >
        {filed ? (
          <Filed order={filed} onDone={done} />
        ) : (
          <>
            {said && (
              <Notice tone="busy" title={said.what}>
                {said.todo}
              </Notice>
            )}
            <Alike found={alike} joining={joining} asked={asked} onJoin={join} />
            <Slot name="order.filing" fallback={null} customer={matter.customer} address={place} phone={phone} joinable={joinable} asked={asked} joining={joins ? "joined" : joining} onOffered={setOffered} onJoin={join} />
            <MatterForm matter={matter} agent={begin.agent ?? null} told={told} onChange={describe} />
            {!joins && (
              <WayForm
                way={way}
                answerable={answerable}
                unit={proposed}
                suggested={suggested ?? []}
                answered={form.answered}
                appointment={form.appointment}
                told={told}
                onWay={(next) => change({ way: next })}
                onUnit={(unit) => change({ unit, chosen: true })}
                onAnswered={(answered) => change({ answered })}
                onAppointment={(appointment) => change({ appointment })}
              />
            )}
          </>
        )}
      </div>
    </Modal>
  );
}
