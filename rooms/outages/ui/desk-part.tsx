// At the agent's desk: what is off or coming where the caller lives. What is coming is told without being asked, and ticked (K33).
import { App, Button } from "antd";
import { Megaphone, ZapOff } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Choose, Notice, Short, useProblemText } from "@kit";
import { useCallCustomer } from "@lib/customer";
import { useMay } from "@lib/session";
import type { SlotProps } from "@lib/slots";
import { mention, without, SAID, useAtCall, type AtAddress, type Said } from "./api";
import { READ, TELL } from "./permissions";

export function AtAddressNotice({ call, one }: { call: string; one: AtAddress }) {
  const { t } = useTranslation("outages");
  const { message } = App.useApp();
  const problem = useProblemText();
  const say = (answer: Said) => void mention(call, one.id, answer).catch((error: unknown) => message.error(problem(error).what));
  const mayTell = useMay(TELL);
  const lost = (account: AtAddress["accounts"][number]) =>
    void without(call, one.id, account).then(
      (asked) => (asked.order_number ? message.success(t("after.filed", { number: asked.order_number })) : message.error(t("after.not_filed"))),
      (error: unknown) => message.error(problem(error).what),
    );
  const until = one.ends && <Short at={one.ends} />;
  if (!one.to_mention)
    return (
      <Notice tone={one.state === "restored" ? "ready" : "busy"} icon={ZapOff} title={t(one.state === "restored" ? "desk.back" : "desk.off", { area: one.area })} action={<Link to={`/outages/${one.id}`}>{t("desk.open")}</Link>}>
        {t(`cause.${one.cause}`)} <Short at={one.starts} /> – {one.restored_at ? <Short at={one.restored_at} /> : (until ?? t("desk.unknown"))}
        {one.accounts.map((account) =>
          account.said === "no" ? (
            <span key={account.account} className="row tight">{t("after.known_without")} {account.order_number && <Link to={`/work_orders/${account.order_number}`}>{account.order_number}</Link>}</span>
          ) : (
            mayTell && <Button key={account.account} size="small" onClick={() => lost(account)}>{t("after.mark_without")}</Button>
          ),
        )}
      </Notice>
    );
  return (
    <Notice tone={one.answer ? "ready" : "wrap"} icon={Megaphone} title={one.answer ? t("desk.mentioned") : t("desk.mention")} action={<Choose small label={t("desk.answer")} value={one.answer} items={SAID.map((key) => ({ key, label: t(`said.${key}`) }))} onChoose={say} />}>
      “{one.say}” <Link to={`/outages/${one.id}`}>{t("desk.open")}</Link>
    </Notice>
  );
}

export default function DeskPart({ call, state }: SlotProps["desk.customer"]) {
  const may = useMay(READ);
  const whose = useCallCustomer(may ? call : null).data;
  const found = useAtCall(call, whose?.customer?.id ?? null, may && state !== "ringing").data;
  if (!found?.length) return null;
  return (
    <div className="stack">
      {found.map((one) => (
        <AtAddressNotice key={one.id} call={call} one={one} />
      ))}
    </div>
  );
}
