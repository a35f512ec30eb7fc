// Ends a call: pressed and held for 0.6 s, so that a slip of the hand never hangs up on somebody.
import { PhoneOff } from "lucide-react";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { keyLabel, keyOf, useKeys } from "@lib/keys";

export const HOLD_MS = 600;

export function EndButton({ disabled, why, onEnd }: { disabled: boolean; why: string | undefined; onEnd: () => void }) {
  const { t } = useTranslation("calls");
  const { end } = useKeys();
  const [pressed, setPressed] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const release = () => {
    clearTimeout(timer.current);
    timer.current = undefined;
    setPressed(false);
  };
  const press = () => {
    if (disabled || timer.current !== undefined) return;
    setPressed(true);
    timer.current = setTimeout(() => {
      release();
      onEnd();
    }, HOLD_MS);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    if (!event.repeat) press();
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  // Its key works from everywhere, and is held like the button.
  const latest = useRef({ press, release });
  useEffect(() => {
    latest.current = { press, release };
  });
  useEffect(() => {
    const down = (event: globalThis.KeyboardEvent) => {
      if (event.isComposing || keyOf(event) !== end) return;
      event.preventDefault();
      if (!event.repeat) latest.current.press();
    };
    const up = () => latest.current.release();
    window.addEventListener("keydown", down);
    window.addEventListener("keyup", up);
    window.addEventListener("blur", up);
    return () => {
      window.removeEventListener("keydown", down);
      window.removeEventListener("keyup", up);
      window.removeEventListener("blur", up);
    };
  }, [end]);
  return (
    <button
      type="button"
      className="end-call"
      data-pressed={pressed && !disabled}
      aria-disabled={disabled}
      title={disabled ? why : t("desk.end_help", { key: keyLabel(end) })}
      onPointerDown={press}
      onPointerUp={release}
      onPointerLeave={release}
      onPointerCancel={release}
      onKeyDown={onKey}
      onKeyUp={release}
      onBlur={release}
      onContextMenu={(event) => event.preventDefault()}
    >
      <PhoneOff size={16} aria-hidden />
      {t("desk.end")}
    </button>
  );
}
