// The tab 求助 at an agent's desk: one click for help, an abusive caller, an emergency; and who comes.
import { Button } from "antd";
import { Flame, Hand, OctagonAlert, Siren } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty, Notice, useProblemText } from "@kit";
import { useMay } from "@lib/session";
import type { SlotProps } from "@lib/slots";
import { raise, useFresh, useMine, type Ground } from "../api";
import { Card } from "../card";
import { RAISE } from "../permissions";
import "../escalations.css";

const ONCE = [
  { ground: "help", icon: Hand },
  { ground: "abusive_caller", icon: OctagonAlert },
  { ground: "emergency", icon: Flame },
] as const;

function Help({ call }: { call: string | null }) {
  const { t } = useTranslation("escalations");
  useFresh();
  const problem = useProblemText();
  const begun = useMine().data?.begun ?? [];
  const [busy, setBusy] = useState<Ground | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  const send = (ground: Ground) => {
    setBusy(ground);
    setFailed(null);
    raise(call === null ? { ground } : { ground, call })
      .catch(setFailed)
      .finally(() => setBusy(null));
  };
  return (
    <div className="stack">
      <p className="soft">{t("desk.lead")}</p>
      {failed ? <Notice tone="busy" title={problem(failed).what} /> : null}
      <div className="esc-once">
        {ONCE.map(({ ground, icon: Icon }) => (
          <Button key={ground} size="large" danger={ground === "emergency"} loading={busy === ground} disabled={busy !== null} icon={<Icon size={16} aria-hidden />} onClick={() => send(ground)}>
            {t(`ground.${ground}`)}
          </Button>
        ))}
      </div>
      {begun.map((one) => <Card key={one.id} of={one} />)}
    </div>
  );
}

export default function EscalationAssist({ call }: SlotProps["desk.assist"]) {
  const { t } = useTranslation("escalations");
  const may = useMay(RAISE);
  return may ? <Help call={call} /> : <Empty icon={Siren} title={t("desk.not_yours")} />;
}
