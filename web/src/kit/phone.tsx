// A telephone number, whole or masked, and the button that dials it: the server knows the number, the page need not.
import { App, Button } from "antd";
import { PhoneOutgoing } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useDeskNow } from "@lib/desk";
import { useProblemText } from "./feedback";

interface Dialled {
  number: string;
  onDial?: (() => Promise<unknown>) | undefined;
}

/** The button alone; nothing for who has no desk. */
export function Dial({ number, onDial }: Dialled) {
  const { t } = useTranslation("app");
  const { message } = App.useApp();
  const problem = useProblemText();
  const desk = useDeskNow();
  if (!onDial || !desk) return null;
  const may = desk.allowed.includes("dial");
  const label = may ? t("dial.do", { number }) : t("dial.not_now");
  const dial = () => void onDial().catch((error: unknown) => message.error(problem(error).what));
  return <Button size="small" type="text" disabled={!may} title={label} aria-label={label} icon={<PhoneOutgoing size={14} aria-hidden />} onClick={dial} />;
}

/** Without `onDial`, or for who has no desk, it is only shown. */
export function Phone({ number, strong, onDial }: Dialled & { strong?: boolean }) {
  return (
    <span className="phone">
      {strong ? <b>{number}</b> : number}
      <Dial number={number} onDial={onDial} />
    </span>
  );
}
