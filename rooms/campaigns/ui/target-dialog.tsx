// Somebody in a campaign: every attempt, what was pressed, the call's record; and once more, where the machine had given up.
import { App, Button, Modal } from "antd";
import { PhoneOutgoing } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type Column, Empty, ListMoment, Skeletons, Table, useProblemText } from "@kit";
import { useMay } from "@lib/session";
import { callAgain, useTarget, type Attempt } from "./api";
import { OutcomeMark, StageMark } from "./marks";
import { RUN } from "./permissions";

export function TargetDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation("campaigns");
  const { message } = App.useApp();
  const problem = useProblemText();
  const run = useMay(RUN);
  const target = useTarget(id).data;
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
      title={target ? `${target.number} ${target.about}` : t("people.list")}
      onCancel={onClose}
      footer={
        <>
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
    </Modal>
  );
}
