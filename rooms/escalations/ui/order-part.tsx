// On the page of an order: how far it was escalated, and the button with which anybody calls for a superior.
import { Button } from "antd";
import { Siren } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Panel } from "@kit";
import { useMay } from "@lib/session";
import type { SlotProps } from "@lib/slots";
import { useAbout, useFresh } from "./api";
import { Card } from "./card";
import { RAISE, SEE } from "./permissions";
import { RaiseDialog } from "./raise-dialog";

function Part({ order, may }: { order: string; may: boolean }) {
  const { t } = useTranslation("escalations");
  useFresh();
  const [raising, setRaising] = useState(false);
  const found = useAbout(order, true).data ?? [];
  return (
    <Panel
      title={t("of_order.title")}
      extra={may && <Button size="small" icon={<Siren size={14} aria-hidden />} onClick={() => setRaising(true)}>{t("of_order.raise")}</Button>}
    >
      {found.length === 0 ? <p className="soft">{t("of_order.none")}</p> : found.map((one) => <Card key={one.id} of={one} />)}
      {raising && <RaiseDialog order={order} onClose={() => setRaising(false)} />}
    </Panel>
  );
}

export default function OrderEscalations({ order }: SlotProps["order.parts"]) {
  const [see, may] = [useMay(SEE), useMay(RAISE)];
  return see ? <Part order={order} may={may} /> : null;
}
