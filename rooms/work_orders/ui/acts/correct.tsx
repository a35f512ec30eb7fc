// What was accepted was not right: the matter whole, with the reason; what stood before stays in the history.
import { Input } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "@kit";
import { EditDialog } from "@kit/dialog";
import { Problem } from "@lib/api";
import { doAct, newToken, unmask, type Fault, type Matter, type Order } from "../api";
import { MatterForm } from "../filing/matter-form";

export function CorrectDialog({ order, onClose }: { order: Order; onClose: () => void }) {
  const { t } = useTranslation("work_orders");
  const [token] = useState(newToken);
  const [why, setWhy] = useState("");
  const [matter, setMatter] = useState<Matter | null>(order.whole ? order.matter : null);
  const [faults, setFaults] = useState<Fault[]>([]);
  // The first dialog closes by itself when the second opens.
  const looked = useRef(false);
  const told = (field: string) => {
    const found = faults.find((fault) => fault.field === field);
    return found ? t(`fault.${found.why}`) : undefined;
  };
  const title = `${t("act.correct")} · ${order.number}`;
  const reason = (
    <Field label={t("ask.why")} htmlFor="correct-why" required help={t("help.correct")}>
      <Input id="correct-why" autoFocus maxLength={200} value={why} onChange={(event) => setWhy(event.target.value)} />
    </Field>
  );
  if (!matter) {
    const look = async () => {
      const whole = await unmask(order.id, why.trim());
      looked.current = true;
      setMatter(whole);
    };
    return (
      <EditDialog key="why" title={title} save={t("correct.begin")} saved={null} ready={why.trim().length >= 4} onClose={() => looked.current || onClose()} onSave={look}>
        {reason}
      </EditDialog>
    );
  }
  const save = async () => {
    try {
      await doAct(order, { act: "correct", matter, why: why.trim() }, token);
    } catch (error) {
      if (error instanceof Problem && error.code === "work_orders.incomplete") setFaults(error.params.faults as Fault[]);
      throw error;
    }
  };
  return (
    <EditDialog key="matter" title={title} width={940} save={t("act.correct")} ready={why.trim().length >= 4} onClose={onClose} onSave={save}>
      {reason}
      <MatterForm matter={matter} agent={null} told={told} onChange={(patch) => setMatter({ ...matter, ...patch })} />
    </EditDialog>
  );
}
