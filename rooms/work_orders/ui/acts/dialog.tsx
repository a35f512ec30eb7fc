// One act at an order: what it asks for, sent now, or after the seconds in which it can be taken back.
import { Checkbox, DatePicker, Input, InputNumber, Select } from "antd";
import dayjs from "dayjs";
import { useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "@tanstack/react-query";
import { Choose, Field } from "@kit";
import { EditDialog } from "@kit/dialog";
import { api } from "@lib/api";
import { serverNow } from "@lib/clock";
import { useAgents } from "@lib/directory";
import { useMe } from "@lib/session";
import { doAct, findOrder, newToken, useSuggested, type Order, type Verb } from "../api";
import { choicesUpTo, limitOf, limitWords } from "../limits";
import { UnitPicker } from "../unit-picker";
import { actOf, beginning, begun, formOf, isReady, type Answer, type Answers, type Ask } from "./asks";
import { useSendLater } from "./send";

const LIMITS = ["hours", "working_days", "calendar_days"] as const;

/** Who belongs to a unit. */
function useMembers(unit: string | null) {
  return useQuery({
    queryKey: ["directory", "members", unit],
    enabled: unit !== null,
    retry: false,
    staleTime: 60_000,
    queryFn: async ({ signal }) => (await api.get<{ members: { person: string }[] }>(`/api/departments/units/${encodeURIComponent(unit ?? "")}`, undefined, signal)).members.map((member) => member.person),
  });
}

function PersonPicker({ id, label, unit, value, onChange }: { id: string; label: string; unit: string | null; value: Answer; onChange: (person: string | null) => void }) {
  const agents = useAgents();
  const members = useMembers(unit).data;
  const offered = members ?? agents.all.map((one) => one.id);
  return <Select id={id} aria-label={label} showSearch={{ optionFilterProp: "label" }} style={{ width: "100%" }} value={typeof value === "string" ? value : null} onChange={(person: string | null) => onChange(person)} options={offered.map((person) => ({ value: person, label: agents.name(person) }))} />;
}

function Input1({ ask, order, answers, value, onChange, first }: { ask: Ask; order: Order; answers: Answers; value: Answer; onChange: (answer: Answer) => void; first: boolean }) {
  const { t } = useTranslation("work_orders");
  const id = useId();
  const label = t(`ask.${ask.label?.(answers) ?? ask.key}` as "ask.unit");
  const suggested = useSuggested(order.subtype, order.matter.area, ask.kind === "unit").data ?? [];
  const help = ask.help ? t(`help.${ask.help}` as "help.merge", { most: order.more_time ? limitWords(order.more_time, t) : "" }) : undefined;
  const said = typeof value === "string" ? value : "";
  const common = { id, value: said, maxLength: "most" in ask ? ask.most : 40, autoFocus: first };
  const typed = (event: { target: { value: string } }) => onChange(event.target.value);
  const body = () => {
    switch (ask.kind) {
      case "text":
        return <Input.TextArea {...common} autoSize={{ minRows: 2, maxRows: 8 }} onChange={typed} />;
      case "line":
        return <Input {...common} onChange={typed} />;
      case "number":
        return <Input {...common} placeholder="20261122-0001" onChange={typed} />;
      case "unit":
        return <UnitPicker id={id} label={label} value={said || null} suggested={suggested} without={order.unit} onChange={onChange} />;
      case "person":
        return <PersonPicker id={id} label={label} unit={order.unit} value={value} onChange={onChange} />;
      case "moment":
        return <DatePicker id={id} style={{ width: "100%" }} format="YYYY-MM-DD ddd HH:mm" showTime={{ format: "HH:mm" }} value={said ? dayjs(said) : null} onChange={(next) => onChange(next?.toISOString() ?? null)} />;
      case "day":
        return <DatePicker id={id} style={{ width: "100%" }} format="YYYY-MM-DD ddd" value={said ? dayjs(said) : null} onChange={(next) => onChange(next?.format("YYYY-MM-DD") ?? null)} />;
      case "more":
        return <Choose label={label} value={said || null} onChoose={onChange} items={[...new Set([...choicesUpTo(order.more_time ?? {}, order.more_least), ...(said ? [said] : [])])].map((key) => ({ key, label: limitWords(limitOf(key), t) }))} />;
      case "limit": {
        const [kind = "hours", many = ""] = said.split(":");
        const put = (nextKind: string, nextMany: string | number | null) => onChange(nextMany === null || nextMany === "" ? null : `${nextKind}:${nextMany}`);
        return (
          <span className="row tight">
            <InputNumber id={id} min={1} max={999} precision={0} changeOnWheel={false} value={many === "" ? null : Number(many)} onChange={(next) => put(kind, next)} />
            <Select aria-label={t("limit.unit")} style={{ width: 130 }} value={kind} onChange={(next: string) => put(next, many || null)} options={LIMITS.map((key) => ({ value: key, label: t(`limit.${key}`) }))} />
          </span>
        );
      }
      case "choice":
        return ask.options.length > 6 ? (
          <Select id={id} aria-label={label} style={{ width: "100%" }} value={said || null} onChange={(next: string) => onChange(next)} options={ask.options.map((key) => ({ value: key, label: t(`${ask.words}.${key}` as "grade.daily") }))} />
        ) : (
          <Choose label={label} value={said || null} onChoose={onChange} items={ask.options.map((key) => ({ key, label: t(`${ask.words}.${key}` as "grade.daily") }))} />
        );
      case "check":
        return (
          <Checkbox checked={value === true} onChange={(event) => onChange(event.target.checked)}>
            {label}
          </Checkbox>
        );
    }
  };
  if (ask.kind === "check")
    return (
      <div className="field">
        {body()}
        {help && <span className="help">{help}</span>}
      </div>
    );
  const grouped = ask.kind === "more" || (ask.kind === "choice" && ask.options.length <= 6);
  return (
    <Field label={label} {...(grouped ? {} : { htmlFor: id })} required={ask.required ?? false} help={help}>
      {body()}
    </Field>
  );
}

export function ActDialog({ verb, order, onClose }: { verb: Verb; order: Order; onClose: () => void }) {
  const { t } = useTranslation("work_orders");
  const me = useMe().data;
  const form = formOf(verb, order);
  // A ruling is a supervisor's; it is asked for where an order went back and forth.
  const asks = form.asks.filter((ask) => ask.key !== "binding" || order.returns > 0);
  const [token] = useState(newToken);
  const [answers, setAnswers] = useState<Answers>(() => begun(verb, beginning(asks, new Date(serverNow()).toISOString(), me?.name ?? ""), order, serverNow()));
  const sendLater = useSendLater();
  const suggested = useSuggested(order.subtype, order.matter.area, verb === "dispatch").data;
  useEffect(() => {
    const first = suggested?.find((unit) => unit !== order.unit);
    if (verb === "dispatch" && first) setAnswers((now) => (now.unit === null ? { ...now, unit: first } : now));
  }, [suggested, verb, order.unit]);
  const label = t(`act.${verb}`);
  const save = async () => {
    const master = verb === "merge" ? (await findOrder(String(answers.master))).id : undefined;
    const act = actOf(verb, answers, master);
    if (form.undo) sendLater(order, act, token);
    else await doAct(order, act, token);
  };
  return (
    <EditDialog title={`${label} · ${order.number}`} width={verb === "give_result" ? 680 : 560} save={label} saved={form.undo ? null : t("done", { act: label })} dangerous={form.dangerous ?? false} ready={isReady(asks, answers)} onClose={onClose} onSave={save}>
      {t(`consequence.${verb}`, { defaultValue: "" }) && <p className="soft">{t(`consequence.${verb}` as "consequence.void")}</p>}
      {asks.map((ask, at) => (
        <Input1 key={ask.key} ask={ask} order={order} answers={answers} first={at === 0} value={answers[ask.key] ?? null} onChange={(answer) => setAnswers((now) => ({ ...now, [ask.key]: answer }))} />
      ))}
    </EditDialog>
  );
}
