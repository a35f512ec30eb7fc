// The tab 工单: this caller's orders, to be read aloud, and urged with words and a promise.
import { Button, Modal } from "antd";
import { BellRing, ClipboardCheck, FilePlus2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Empty, Moment, Skeletons, Trouble } from "@kit";
import { useCallCustomer } from "@lib/customer";
import { useUnits } from "@lib/directory";
import { useMay, useMe } from "@lib/session";
import type { SlotProps } from "@lib/slots";
import { ActDialog } from "../acts/dialog";
import { isOpen, useOrder, type OrderLine } from "../api";
import { FilingDialog } from "../filing/dialog";
import { Flags, PromiseBar, StateMark, useTopic } from "../marks";
import { FILE, SEE } from "../permissions";
import { useOrdersOfCaller } from "./of-caller";
import "../work_orders.css";

function Progress({ line, onUrge }: { line: OrderLine; onUrge: () => void }) {
  const { t } = useTranslation("work_orders");
  const units = useUnits();
  const topic = useTopic();
  const may = useMay(FILE);
  const open = isOpen(line.state);
  return (
    <li>
      <span className="row tight wrap">
        <Link className="strong" to={`/work_orders/${line.number}`}>
          {line.number}
        </Link>
        <span className="grow" />
        <StateMark state={line.state} />
      </span>
      <span>{topic(line)}</span>
      <Flags order={line} />
      <p className="script-line">{t(`read.${line.state}` as "read.taken", { unit: units.name(line.unit) ?? t("no_unit") })}</p>
      {open && line.promised && line.promised_since && <PromiseBar since={line.promised_since} due={line.promised} label={t("desk.promised")} />}
      <span className="row tight">
        <span className="muted">
          <Moment at={line.accepted_at} seconds={false} />
        </span>
        <span className="grow" />
        {open && may && (
          <Button size="small" icon={<BellRing size={15} aria-hidden />} onClick={onUrge}>
            {t("act.urge")}
          </Button>
        )}
      </span>
    </li>
  );
}

function UrgeDialog({ order, onClose }: { order: string; onClose: () => void }) {
  const { t } = useTranslation("work_orders");
  const whole = useOrder(order);
  if (whole.data) return <ActDialog verb="urge" order={whole.data} onClose={onClose} />;
  if (!whole.isError) return null;
  return (
    <Modal open title={t("act.urge")} footer={null} onCancel={onClose}>
      <Trouble error={whole.error} retry={() => void whole.refetch()} />
    </Modal>
  );
}

export default function CallerOrders({ call }: SlotProps["desk.assist"]) {
  const { t } = useTranslation("work_orders");
  const may = useMay(SEE);
  const file = useMay(FILE);
  const me = useMe().data?.id;
  const whose = useCallCustomer(may ? call : null);
  const found = useOrdersOfCaller(may ? call : null, null);
  const [urging, setUrging] = useState<string | null>(null);
  const [filing, setFiling] = useState(false);
  if (!may) return <Empty icon={ClipboardCheck} title={t("desk.not_yours")} />;
  if (call === null) return <Empty icon={ClipboardCheck} title={t("desk.no_call")}>{t("desk.no_call_todo")}</Empty>;
  if (found.isError && !found.data) return <Trouble error={found.error} retry={() => void found.refetch()} />;
  if (!found.asked || (found.known && !found.data)) return <Skeletons lines={6} />;
  const items = found.data?.items ?? [];
  const sorted = [...items.filter((order) => isOpen(order.state)), ...items.filter((order) => !isOpen(order.state))];
  const make = file && (
    <Button icon={<FilePlus2 size={16} aria-hidden />} onClick={() => setFiling(true)}>
      {t("file.title")}
    </Button>
  );
  return (
    <div className="stack">
      {sorted.length === 0 ? (
        <Empty icon={ClipboardCheck} title={t("desk.none")} action={make}>
          {t("desk.none_todo")}
        </Empty>
      ) : (
        <>
          <ol className="order-progress">
            {sorted.map((line) => (
              <Progress key={line.id} line={line} onUrge={() => setUrging(line.id)} />
            ))}
          </ol>
          {make}
        </>
      )}
      {urging !== null && <UrgeDialog order={urging} onClose={() => setUrging(null)} />}
      {filing && <FilingDialog begin={{ call, ...(me ? { agent: me } : {}), of: whose.data }} onClose={() => setFiling(false)} />}
    </div>
  );
}
