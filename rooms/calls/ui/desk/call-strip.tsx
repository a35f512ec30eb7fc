// The call in the bar: who, how long, whether it is recorded, and the buttons, which never move: what cannot be done is greyed and says why.
import { Button, Tooltip } from "antd";
import { CircleDot, CirclePause, KeyRound, Mic, MicOff, Pause, PhoneForwarded, Play } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { DeskAct, OwnDesk } from "@lib/desk";
import { keyLabel, useKeys, type KeyAct } from "@lib/keys";
import { can } from "./act";
import { EndButton } from "./end-button";

/** `word`: what stands on it, when the act has a longer name; `room`: another word that has its place there at other times. */
function Control({ label, word = label, room = word, icon, keyed, on, why, pressed, onClick }: { label: string; word?: string; room?: string; icon: ReactNode; keyed: KeyAct; on: boolean; why: string; pressed?: boolean; onClick: () => void }) {
  const keys = useKeys();
  return (
    <Tooltip title={on ? undefined : why}>
      <Button className="control" icon={icon} disabled={!on} aria-pressed={pressed} aria-label={label} title={on ? `${label} ${keyLabel(keys[keyed])}` : undefined} onClick={onClick}>
        <span className="control-word">
          <span>{word}</span>
          <span aria-hidden>{room}</span>
        </span> <kbd>{keyLabel(keys[keyed])}</kbd>
      </Button>
    </Tooltip>
  );
}

export function CallStrip({ own, act, onTransfer }: { own: OwnDesk; act: (what: DeskAct) => void; onTransfer: () => void }) {
  const { t } = useTranslation("calls");
  const { state } = own.desk;
  const live = own.call !== null && state !== "after_call";
  const why = live ? t("desk.not_now") : t("desk.no_call");
  const held = state === "holding";
  const { muted } = own;
  return (
    <div className="call-strip" role="group" aria-label={t("desk.call")}>
      <span className="caller">
        {live && own.caller ? <b>{own.caller}</b> : <span className="muted">{t("desk.no_call")}</span>}
        {live && own.recording && (
          <Tooltip title={own.recording === "on" ? t("desk.recording.pause") : t("desk.recording.resume")}>
            <button type="button" className="recording" data-paused={own.recording === "paused"} onClick={() => act({ act: own.recording === "on" ? "pause_recording" : "resume_recording" })}>
              {own.recording === "on" ? <CircleDot size={14} aria-hidden /> : <Pause size={14} aria-hidden />}
              {t(`desk.recording.${own.recording}`)}
            </button>
          </Tooltip>
        )}
      </span>
      <Control keyed="hold" label={held ? t("desk.act.resume") : t("desk.act.hold")} room={held ? t("desk.act.hold") : t("desk.act.resume")} icon={held ? <Play size={16} aria-hidden /> : <CirclePause size={16} aria-hidden />} on={can(own, held ? "resume" : "hold")} why={why} pressed={held} onClick={() => act({ act: held ? "resume" : "hold" })} />
      <Control keyed="mute" label={muted ? t("desk.act.unmute") : t("desk.act.mute")} word={t("desk.act.mute")} icon={muted ? <MicOff size={16} aria-hidden /> : <Mic size={16} aria-hidden />} on={can(own, muted ? "unmute" : "mute")} why={why} pressed={muted} onClick={() => act({ act: muted ? "unmute" : "mute" })} />
      <Control keyed="transfer" label={t("desk.act.transfer")} icon={<PhoneForwarded size={16} aria-hidden />} on={can(own, "transfer") || can(own, "consult")} why={why} onClick={onTransfer} />
      <Tooltip title={own.secret === null ? t("desk.secret.begin") : t("desk.secret.end")}>
        <Button className="control" icon={<KeyRound size={16} aria-hidden />} disabled={!can(own, "collect_secret") && !can(own, "end_secret")} aria-pressed={own.secret !== null} aria-label={own.secret === null ? t("desk.secret.begin") : t("desk.secret.end")} onClick={() => act({ act: own.secret === null ? "collect_secret" : "end_secret" })}>
          {own.secret !== null && <span role="status">{t("desk.secret.keys", { count: own.secret })}</span>}
        </Button>
      </Tooltip>
      <EndButton disabled={!can(own, "hang_up")} why={why} onEnd={() => act({ act: "hang_up" })} />
    </div>
  );
}
