// A telephone number, whole or masked, and the button that dials it: the server knows the number, the page need not.
import { App, Button } from "antd";
import { PhoneOutgoing } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useDeskNow } from "@lib/desk";
import { useProblemText } from "./feedback";

/** Without `onDial`, or for who has no desk, it is only shown. */
export function Phone({ number, strong, onDial }: { number: string; strong?: boolean; onDial?: (() => Promise<unknown>) | undefined }) {
  const { t } = useTranslation("app");
  const { message } = App.useApp();
  const problem = useProblemText();
  const desk = useDeskNow();
  const shown = strong ? <b>{number}</b> : number;
  if (!onDial || !desk) return <span className="nowrap">{shown}</span>;
  const may = desk.allowed.includes("dial");
  const label = may ? t("dial.do", { number }) : t("dial.not_now");
  return (
    <span className="phone">
      {shown}
      <Button size="small" type="text" disabled={!may} title={label} aria-label={label} icon={<PhoneOutgoing size={14} aria-hidden />} onClick={() => void onDial().catch((error: unknown) => message.error(problem(error).what))} />
    </span>
  );
}
