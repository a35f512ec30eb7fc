// Sends an act after the seconds in which it can be taken back, and says so where one stands, on any page.
import { App, Button } from "antd";
import { Undo2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useProblemText } from "@kit";
import { doAct, type Act, type OrderLine } from "../api";
import { later, takeBack, UNDO_MS } from "./undo";

export function useSendLater() {
  const { t } = useTranslation("work_orders");
  const { notification, message } = App.useApp();
  const problemText = useProblemText();
  return (order: Pick<OrderLine, "id" | "number" | "version">, act: Act, token: string): void => {
    const said = t(`act.${act.act}`);
    const send = () => {
      notification.destroy(token);
      void doAct(order, act, token, true).then(
        () => message.success(t("done", { act: `${order.number} ${said}` })),
        (error: unknown) => notification.error({ title: t("undo.failed", { act: said, number: order.number }), description: problemText(error).what, duration: 0 }),
      );
    };
    later(token, order.id, send);
    notification.info({
      key: token,
      title: t("undo.title", { act: said, number: order.number }),
      description: t("undo.text", { seconds: UNDO_MS / 1000 }),
      duration: UNDO_MS / 1000,
      showProgress: true,
      pauseOnHover: false,
      closable: false,
      actions: (
        <Button
          icon={<Undo2 size={15} aria-hidden />}
          onClick={() => {
            notification.destroy(token);
            if (takeBack(token)) message.info(t("undo.done", { act: said }));
          }}
        >
          {t("undo.do")}
        </Button>
      ),
    });
  };
}
