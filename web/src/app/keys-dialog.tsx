// The keys of the desk: seen, changed, and printed as a card to put beside the keyboard.
import { Button, Modal } from "antd";
import { Printer, RotateCcw } from "lucide-react";
import { useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { KEY_ACTS, keyLabel, keyOf, resetKeys, setKey, taken, unfit, useKeys, type KeyAct } from "@lib/keys";

export function KeysDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("app");
  const keys = useKeys();
  const [changing, setChanging] = useState<KeyAct | null>(null);
  const [fault, setFault] = useState<string | null>(null);

  function pressed(event: KeyboardEvent<HTMLButtonElement>, act: KeyAct): void {
    if (changing !== act || event.key === "Tab") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") return stop();
    const key = keyOf(event.nativeEvent);
    if (key === "" || event.nativeEvent.isComposing) return;
    const why = unfit(key);
    const other = taken(keys, act, key);
    if (why) setFault(t(`keys.unfit.${why}`, { key: keyLabel(key) }));
    else if (other) setFault(t("keys.taken", { key: keyLabel(key), act: t(`keys.act.${other}`) }));
    else {
      setKey(act, key);
      stop();
    }
  }
  function stop(): void {
    setChanging(null);
    setFault(null);
  }

  return (
    <Modal
      open
      title={t("keys.title")}
      width={560}
      style={{ top: 48 }}
      keyboard={changing === null}
      onCancel={onClose}
      footer={
        <div className="row">
          <Button icon={<RotateCcw size={15} aria-hidden />} onClick={resetKeys}>
            {t("keys.reset")}
          </Button>
          <Button icon={<Printer size={15} aria-hidden />} onClick={() => window.print()}>
            {t("keys.print")}
          </Button>
          <span className="grow" />
          <Button type="primary" onClick={onClose}>
            {t("close")}
          </Button>
        </div>
      }
    >
      <p className="muted">{t("keys.lead")}</p>
      <dl className="keys-card">
        {KEY_ACTS.map((act) => (
          <div key={act}>
            <dt>{t(`keys.act.${act}`)}</dt>
            <dd>
              <button
                type="button"
                className="key"
                aria-label={t("keys.change", { act: t(`keys.act.${act}`), key: keyLabel(keys[act]) })}
                aria-pressed={changing === act}
                onClick={() => (changing === act ? stop() : (setFault(null), setChanging(act)))}
                onKeyDown={(event) => pressed(event, act)}
                onBlur={() => changing === act && stop()}
              >
                {changing === act ? t("keys.press") : keyLabel(keys[act])}
              </button>
            </dd>
          </div>
        ))}
      </dl>
      <p className="fault" role="alert">
        {fault}
      </p>
    </Modal>
  );
}
