// An agent's own place: the state, the call that goes on, what she may do about either, and the calls of her shift.
import { App, Button, Tooltip } from "antd";
import { ArrowRight, CirclePause, CirclePlay, Headset, PhoneCall, PhoneOff, PhoneOutgoing } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Empty, groupOf, ListMoment, lookOf, Mark, Notice, Page, Panel, REASONS, Skeletons, Table, Timer, Trouble, useDeskWords, useProblemText } from "@kit";
import { doAtDesk, useDesk, type DeskAct } from "@lib/desk";
import { useQueues } from "@lib/directory";
import { duration } from "@lib/format";
import { useMay, useMe } from "@lib/session";
import { useCall, useCalls } from "./api";
import { CALL_BACK } from "./permissions";
import { Result } from "./result";

function CallNow({ id, state, act }: { id: string; state: string; act: (what: DeskAct) => void }) {
  const { t } = useTranslation("calls");
  const call = useCall(id);
  const queues = useQueues();
  const talking = state === "talking";
  const holding = state === "holding";
  const why = t("desk.not_now");
  const button = (key: "hold" | "resume" | "hang_up", on: boolean, icon: React.ReactNode, danger = false) => (
    <Tooltip title={on ? undefined : why}>
      <Button danger={danger} disabled={!on} icon={icon} onClick={() => act({ act: key })}>
        {t(`desk.act.${key}`)}
      </Button>
    </Tooltip>
  );
  return (
    <div className="stack" style={{ gap: 16 }}>
      <span className="row">
        <b style={{ fontSize: "var(--big)" }}>{call.data?.from ?? "…"}</b>
        <span className="muted">{queues.name(call.data?.queue)}</span>
        <span className="grow" />
        <Link className="row tight" to={`/calls/${id}`}>
          {t("desk.record")} <ArrowRight size={16} aria-hidden />
        </Link>
      </span>
      <span className="row">
        {button("hold", talking, <CirclePause size={16} aria-hidden />)}
        {button("resume", holding, <CirclePlay size={16} aria-hidden />)}
        {button("hang_up", talking || holding, <PhoneOff size={16} aria-hidden />, true)}
      </span>
    </div>
  );
}

export default function DeskPage() {
  const { t } = useTranslation("calls");
  const { message } = App.useApp();
  const words = useDeskWords();
  const problem = useProblemText();
  const me = useMe();
  const desk = useDesk(true);
  const calls = useCalls({ agent: me.data?.id ?? "" });
  const callBack = useMay(CALL_BACK);
  const own = desk.data?.desk ?? null;
  const act = (what: DeskAct) => void doAtDesk(what).catch((error: unknown) => message.error(problem(error).what));
  if (desk.isError && !desk.data) return <Page title={t("desk.title")}><Trouble error={desk.error} retry={() => void desk.refetch()} /></Page>;
  const state = own?.desk.state ?? "signed_out";
  const reason = own?.desk.reason ?? null;
  const group = groupOf({ state, reason });
  const look = lookOf(group, reason);
  const signedIn = state !== "signed_out";
  const busy = !["not_ready", "ready", "after_call"].includes(state);
  const choose = (key: string, label: string, pressed: boolean, what: DeskAct, off: boolean) => (
    <button key={key} type="button" aria-pressed={pressed} disabled={off} title={off ? (signedIn ? t("desk.not_now") : t("desk.first_sign_in")) : undefined} onClick={() => act(what)}>
      {label}
    </button>
  );
  return (
    <Page
      title={t("desk.title")}
      lead={t("desk.lead")}
      actions={
        callBack && (
          <Link className="row tight" to="/calls/owed">
            <PhoneOutgoing size={16} aria-hidden /> {t("nav.owed")}
          </Link>
        )
      }
    >
      {own?.phone_reachable === false && (
        <Notice tone="busy" title={t("desk.unreachable")}>
          {t("desk.unreachable_todo", { number: me.data?.number })}
        </Notice>
      )}
      <div className="pair">
        <Panel title={t("desk.state_title")} extra={own?.since && signedIn ? <b><Timer since={own.since} /></b> : null}>
          {!desk.data ? (
            <Skeletons lines={4} />
          ) : !own ? (
            <Empty icon={Headset} title={t("desk.none")}>
              {t("desk.none_todo")}
            </Empty>
          ) : (
            <div className="stack" style={{ gap: 16 }}>
              <span>
                <Mark chip tone={look.tone} icon={look.icon}>
                  {words.state(group)}
                  {reason ? ` · ${words.reason(reason)}` : null}
                </Mark>
              </span>
              <div className="choose" role="group" aria-label={t("desk.choose")}>
                {!signedIn && choose("sign_in", t("desk.sign_in"), false, { act: "sign_in" }, false)}
                {state === "after_call" && choose("finish", t("desk.finish"), false, { act: "finish" }, false)}
                {choose("ready", words.state("ready"), state === "ready", { act: "ready" }, !signedIn || busy)}
                {REASONS.map((code) => choose(code, words.reason(code), reason === code, { act: "not_ready", reason: code }, !signedIn))}
                {signedIn && choose("sign_out", t("desk.sign_out"), false, { act: "sign_out" }, busy)}
              </div>
              <p className="muted">{busy ? t("desk.after_this") : t("desk.keys")}</p>
            </div>
          )}
        </Panel>
        <Panel title={t("desk.call")}>
          {own?.call ? (
            <CallNow id={own.call} state={state} act={act} />
          ) : (
            <Empty icon={PhoneCall} title={t("desk.no_call")}>
              {state === "ready" ? t("desk.no_call_ready") : t("desk.no_call_todo")}
            </Empty>
          )}
        </Panel>
      </div>
      <Panel flush title={t("desk.mine")} extra={<Link to="/calls">{t("show_all")}</Link>}>
        <Table
          label={t("desk.mine")}
          rows={calls.data?.items.slice(0, 10)}
          rowKey={(call) => call.id}
          to={(call) => `/calls/${call.id}`}
          columns={[
            { key: "at", title: t("column.at"), cell: (call) => <Link to={`/calls/${call.id}`}><ListMoment at={call.at} /></Link> },
            { key: "from", title: t("column.from"), cell: (call) => <span className="nowrap strong">{call.from}</span> },
            { key: "result", title: t("column.result"), cell: (call) => <Result call={call} /> },
            { key: "talk", title: t("column.talk"), num: true, cell: (call) => (call.connected ? duration(call.talk_ms) : "—") },
          ]}
          empty={
            <Empty icon={PhoneCall} title={t("desk.no_calls")}>
              {t("desk.no_calls_todo")}
            </Empty>
          }
        />
      </Panel>
    </Page>
  );
}
