// A telephone number on a screen: as it is or masked, and dialled by a click where that is possible.
import { Phone as Icon } from "lucide-react";
import { useTranslation } from "react-i18next";

/** Without `onDial`, or while the number is masked, it is only shown. */
export function Phone({ number, onDial }: { number: string; onDial?: ((number: string) => void) | undefined }) {
  const { t } = useTranslation("customers");
  if (!onDial || number.includes("*")) return <span className="nowrap">{number}</span>;
  return (
    <button type="button" className="linkish" onClick={() => onDial(number)} aria-label={t("dial", { number })}>
      <Icon size={14} aria-hidden />
      {number}
    </button>
  );
}
