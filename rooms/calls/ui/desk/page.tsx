// An agent's desk: the shift's calls at the left, the customer and the record in the middle, help at the right.
import { Button } from "antd";
import { CircleCheck, Headset, LogIn, PhoneCall, PhoneMissed } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Empty, Notice, Skeletons, Trouble } from "@kit";
import { useDesk, type OwnDesk } from "@lib/desk";
import { keyLabel, useKeys } from "@lib/keys";
import { useMe } from "@lib/session";
import { Slot } from "@lib/slots";
import { useUrlState } from "@lib/url";
import { useSoftphone } from "@softphone";
import { otherSide, useCall } from "../api";
import { useAct } from "./act";
import { Assist } from "./assist";
import { Panes } from "./panes";
import { Shift } from "./shift";
import { WrapUp } from "./wrap-up";
import "./desk.css";

/** A call of before, looked at or completed later. */
function Earlier({ id, onLeave }: { id: string; onLeave: (() => void) | null }) {
  const { t } = useTranslation("calls");
  const call = useCall(id);
  if (call.isLoadingError) return <Trouble error={call.error} retry={() => void call.refetch()} />;
  if (!call.data) return <Skeletons lines={8} />;
  return (
    <>
      <Notice
        tone="accent"
        title={t("desk.earlier.title")}
        action={
          <span className="row">
            <Link to={`/calls/${id}`}>{t("desk.record")}</Link>
            {onLeave && (
              <Button size="small" onClick={onLeave}>
                {t("desk.earlier.back")}
              </Button>
            )}
          </span>
        }
      >
        {t("desk.earlier.text")}
      </Notice>
      <Slot name="desk.customer" call={id} number={otherSide(call.data)} state="after_call" />
      <Slot name="desk.record" call={id} state="after_call" />
    </>
  );
}

function Nothing({ own }: { own: OwnDesk }) {
  const { t } = useTranslation("calls");
  const act = useAct();
  const keys = useKeys();
  const { state } = own.desk;
  if (state === "signed_out")
    return (
      <Empty icon={LogIn} title={t("desk.begin.title")} action={<Button key="sign_in" autoFocus type="primary" size="large" onClick={() => void act({ act: "sign_in" })}>{t("desk.sign_in")}</Button>}>
        {t("desk.begin.text")}
      </Empty>
    );
  const missed = state === "not_ready" && own.desk.reason === "missed";
  return (
    <Empty
      icon={state === "ready" ? PhoneCall : missed ? PhoneMissed : CircleCheck}
      title={state === "ready" ? t("desk.waiting_for_call") : missed ? t("desk.missed.title") : t("desk.no_call")}
      action={
        state === "not_ready" && (
          <Button className="answer" type="primary" size="large" onClick={() => void act({ act: "ready" })}>
            {t("desk.go_ready")} <kbd>{keyLabel(keys.ready)}</kbd>
          </Button>
        )
      }
    >
      {state === "ready" ? t("desk.no_call_ready") : missed ? t("desk.missed.text") : t("desk.no_call_todo")}
    </Empty>
  );
}

/** Has the focus when nothing else has: a shift begins with Enter and Enter. */
function TurnOn({ onClick }: { onClick: () => void }) {
  const { t } = useTranslation("calls");
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (document.activeElement === document.body) button.current?.focus();
  }, []);
  return (
    <Button ref={button} type="primary" icon={<Headset size={16} aria-hidden />} onClick={onClick}>
      {t("desk.turn_on")}
    </Button>
  );
}

export default function DeskPage() {
  const { t } = useTranslation("calls");
  const me = useMe();
  const desk = useDesk(true);
  const ask = useAct();
  const soft = useSoftphone();
  const [{ call: chosen }, choose] = useUrlState(["call"]);
  useEffect(() => {
    document.title = t("desk.title");
  }, [t]);
  const own = desk.data?.desk ?? null;
  const live = own?.call ?? null;
  // Whoever calls now comes before what is read about an earlier call.
  useEffect(() => {
    if (live) choose({ call: null });
  }, [live, choose]);
  if (desk.isError && !desk.data) return <Trouble page error={desk.error} retry={() => void desk.refetch()} />;
  if (!desk.data) return <div className="page"><Skeletons lines={8} /></div>;
  if (!own)
    return (
      <div className="page">
        <h1>{t("desk.title")}</h1>
        <Empty icon={Headset} title={t("desk.none")}>
          {t("desk.none_todo")}
        </Empty>
      </div>
    );
  const shown = chosen && chosen !== live ? chosen : live;
  return (
    <>
      <h1 className="visually-hidden">{t("desk.title")}</h1>
      <Panes
        left={<Shift agent={me.data?.id ?? own.agent} live={live} chosen={shown} onChoose={(call) => choose({ call: call === live ? null : call })} />}
        right={<Assist call={shown} />}
      >
        {own.phone_reachable === false && own.desk.state !== "signed_out" && (
          <Notice
            tone="busy"
            title={t("desk.unreachable")}
            action={soft.status === "off" && me.data && <TurnOn onClick={() => soft.start(me.data?.number ?? "")} />}
          >
            {t("desk.unreachable_todo", { number: me.data?.number })}
          </Notice>
        )}
        <WrapUp own={own} act={(what) => void ask(what)} />
        {shown === null ? (
          <Nothing own={own} />
        ) : shown === live ? (
          <>
            <Slot name="desk.customer" call={shown} number={own.caller ?? ""} state={own.desk.state} />
            <Slot name="desk.record" call={shown} state={own.desk.state} />
          </>
        ) : (
          <Earlier id={shown} onLeave={live ? () => choose({ call: null }) : null} />
        )}
      </Panes>
    </>
  );
}
