// Somebody in a campaign: every attempt, what was pressed, the call's record; and once more, where the machine had given up.
import { App, Button, Input, Modal } from "antd";
import { Eye, PhoneOutgoing } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type Column, Empty, Field, ListMoment, Skeletons, Table, useProblemText } from "@kit";
import { EditDialog } from "@kit/dialog";
import { useMay } from "@lib/session";
import { callAgain, unmask, useTarget, type Attempt } from "./api";
import { OutcomeMark, StageMark } from "./marks";
import { RUN, UNMASK } from "./permissions";

interface Whole {
  number: string;
  about: string;
}

function Unmask({ id, onClose, onSeen }: { id: string; onClose: () => void; onSeen: (whole: Whole) => void }) {
  const { t } = useTranslation("campaigns");
  const [reason, setReason] = useState("");
  return (
    <EditDialog title={t("unmask.title")} save={t("unmask.do")} saved={t("unmask.done")} ready={reason.trim().length >= 2} onClose={onClose} onSave={async () => onSeen(await unmask(id, reason))}>
      <p>{t("unmask.consequence")}</p>
      <Field label={t("unmask.reason")} htmlFor="unmask-reason" required help={t("unmask.help")}>
        <Input id="unmask-reason" maxLength={200} autoFocus value={reason} onChange={(event) => setReason(event.target.value)} />
      </Field>
    </EditDialog>
  );
}

export function TargetDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation("campaigns");
  const { message } = App.useApp();
  const problem = useProblemText();
  const run = useMay(RUN);
  const may = useMay(UNMASK);
  const [asks, setAsks] = useState(false);
  const [whole, setWhole] = useState<Whole | null>(null);
  const target = useTarget(id).data;
  const shown = whole ?? target;
  const again = () =>
    void callAgain(id)
      .then(onClose)
      .catch((error: unknown) => message.error(problem(error).what));
  const columns: Column<Attempt>[] = [
    { key: "at", title: t("attempt.at"), cell: (one) => <ListMoment at={one.at} /> },
    { key: "outcome", title: t("column.outcome"), cell: (one) => (one.outcome ? <OutcomeMark outcome={one.outcome} /> : <StageMark stage="calling" outcome={null} />) },
    { key: "keys", title: t("attempt.keys"), cell: (one) => one.keys.map(({ key }) => key).join(" ") || "—" },
    { key: "call", title: t("attempt.call"), cell: (one) => (one.call ? <Link to={`/calls/${one.call}`}>{t("attempt.open")}</Link> : "—") },
  ];
  const given_up = target?.stage === "done" && target.outcome !== "reached" && target.outcome !== "not_allowed";
  return (
    <Modal
      open
      width={720}
      title={shown ? `${shown.number} ${shown.about}` : t("people.list")}
      onCancel={onClose}
      footer={
        <>
          {may && target && !whole && <Button icon={<Eye size={16} aria-hidden />} onClick={() => setAsks(true)}>{t("unmask.title")}</Button>}
          {run && given_up && <Button icon={<PhoneOutgoing size={16} aria-hidden />} onClick={again}>{t("act.again")}</Button>}
          <Button type="primary" onClick={onClose}>{t("act.close")}</Button>
        </>
      }
    >
      {target ? (
        <Table label={t("attempt.list")} columns={columns} rows={target.attempts} rowKey={(one) => one.id} empty={<Empty icon={PhoneOutgoing} title={t("attempt.none")}>{t("attempt.none_todo")}</Empty>} />
      ) : (
        <Skeletons lines={4} />
      )}
      {asks && <Unmask id={id} onClose={() => setAsks(false)} onSeen={setWhole} />}
    </Modal>
  );
}
