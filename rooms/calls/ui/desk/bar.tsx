// The bar of whoever answers calls, above every page: state, call, who waits. Its keys work everywhere.
import { usePrefetchQuery } from "@tanstack/react-query";
import { Button, Tooltip } from "antd";
import { PhoneOff, PhoneOutgoing } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { Mark, Timer } from "@kit";
import { DESK, useDesk, useDeskPush, type DeskAct } from "@lib/desk";
import { useHotkeys } from "@lib/hotkeys";
import { useKeys } from "@lib/keys";
import { useMay } from "@lib/session";
import { Level, QualityBars, useSoftphone } from "@softphone";
import { ANSWER } from "../permissions";
import { can, useAct } from "./act";
import { CallStrip } from "./call-strip";
import { DialDialog } from "./dial-dialog";
import { RingCard } from "./ring-card";
import { STATE_KEYS, StateMenu } from "./state-menu";
import { ThirdBar } from "./third-bar";
import { TransferDialog } from "./transfer-dialog";
import "./desk.css";

function Waiting({ count, since }: { count: number; since: string | null }) {
  const { t } = useTranslation("calls");
  return (
    <span className="ticker" role="status" aria-label={t("desk.waiting.label")}>
      <span>{t("desk.waiting.count", { count })}</span>
      <span className="muted">
        {t("desk.waiting.longest")} {since ? <Timer since={since} /> : "—"}
      </span>
    </span>
  );
}

/** How the voice comes over, while the softphone has a call. */
function Voice() {
  const { call, quality } = useSoftphone();
  if (call?.state !== "talking") return null;
  return (
    <span className="voice">
      <Level of="in" />
      <QualityBars quality={quality} />
    </span>
  );
}

/** Whoever answers finds herself at the desk; a form that is open stays, and so does a window that has not the sound. */
function useToDesk(state: string, direction: string | null, here: boolean): void {
  const navigate = useNavigate();
  const before = useRef(state);
  useEffect(() => {
    const answered = before.current === "ringing" && state === "talking";
    before.current = state;
    if (answered && here && direction !== "out" && !document.querySelector("[role=dialog]")) void navigate("/calls/desk");
  }, [state, direction, here, navigate]);
}

export default function DeskBar() {
  return useMay(ANSWER) ? <Bar /> : null;
}

function Bar() {
  const { t } = useTranslation("calls");
  // Asked for while the page is still being drawn for the first time.
  usePrefetchQuery(DESK);
  useDeskPush();
  const { data } = useDesk(true);
  const soft = useSoftphone();
  const ask = useAct();
  const keys = useKeys();
  const [open, setOpen] = useState<"transfer" | "dial" | null>(null);
  const own = data?.desk ?? null;
  const state = own?.desk.state ?? "signed_out";
  const signedIn = own !== null && state !== "signed_out";
  useToDesk(state, own?.direction ?? null, soft.status !== "elsewhere");
  const act = (what: DeskAct) => {
    // Silent at once, and at the server for every telephone.
    if (what.act === "mute" || what.act === "unmute") soft.mute(what.act === "mute");
    void ask(what);
  };
  const answer = soft.call?.state === "ringing" && !soft.call.byItself ? soft.answer : null;
  const mayTransfer = can(own, "transfer") || can(own, "consult");

  useHotkeys(
    {
      [keys.answer]: () => answer?.(),
      [keys.hold]: () => (can(own, "hold") ? act({ act: "hold" }) : can(own, "resume") ? act({ act: "resume" }) : undefined),
      [keys.mute]: () => (can(own, "mute") ? act({ act: "mute" }) : can(own, "unmute") ? act({ act: "unmute" }) : undefined),
      [keys.transfer]: () => mayTransfer && setOpen("transfer"),
      ...Object.fromEntries(STATE_KEYS.map(({ key, act: what }) => [keys[key], () => act(what)])),
    },
    signedIn,
  );
  if (!own) return null;

  return (
    <div className="desk-bar">
      <StateMenu own={own} act={act} />
      {signedIn && own.phone_reachable === false && (
        <Mark chip tone="busy" icon={PhoneOff}>
          {t("desk.unreachable")}
        </Mark>
      )}
      <CallStrip own={own} act={act} onTransfer={() => setOpen("transfer")} />
      <Tooltip title={t("desk.dial.title")}>
        <Button icon={<PhoneOutgoing size={16} aria-hidden />} aria-label={t("desk.dial.title")} disabled={!can(own, "dial")} onClick={() => setOpen("dial")} />
      </Tooltip>
      <span className="grow" />
      <Voice />
      {signedIn && data && <Waiting count={data.waiting} since={data.longest_since} />}
      {createPortal(
        <>
          <ThirdBar own={own} act={act} />
          <RingCard own={own} act={act} onAnswer={answer} />
        </>,
        document.body,
      )}
      {open === "transfer" && mayTransfer && <TransferDialog own={own} act={ask} onClose={() => setOpen(null)} />}
      {open === "dial" && <DialDialog act={ask} onClose={() => setOpen(null)} />}
    </div>
  );
}
