// Calling somebody: a number typed or taken from the screen; the dial rules decide whether it may be called.
import { Button, Input, Modal } from "antd";
import { PhoneOutgoing } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { DeskAct } from "@lib/desk";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

export function DialDialog({ act, onClose }: { act: (what: DeskAct) => Promise<boolean>; onClose: () => void }) {
  const { t } = useTranslation("calls");
  const [typed, setTyped] = useState("");
  const number = typed.replace(/[\s()-]/g, "");
  const fit = /^\+?[\d*#]{3,}$/.test(number);
  const dial = async () => {
    if (fit && (await act({ act: "dial", number }))) onClose();
  };
  return (
    <Modal
      open
      title={t("desk.dial.title")}
      width={340}
      style={{ top: 72 }}
      onCancel={onClose}
      footer={
        <Button type="primary" block disabled={!fit} icon={<PhoneOutgoing size={16} aria-hidden />} onClick={() => void dial()}>
          {t("desk.dial.call")}
        </Button>
      }
    >
      <div className="stack">
        <Input autoFocus size="large" inputMode="tel" maxLength={24} value={typed} aria-label={t("desk.dial.number")} placeholder={t("desk.dial.number")} onChange={(event) => setTyped(event.target.value.replace(/[^\d+*#() -]/g, ""))} onPressEnter={() => void dial()} />
        <div className="keypad">
          {KEYS.map((key) => (
            <Button key={key} tabIndex={-1} onClick={() => setTyped(typed + key)}>
              {key}
            </Button>
          ))}
        </div>
        <p className="muted">{t("desk.dial.help")}</p>
      </div>
    </Modal>
  );
}
