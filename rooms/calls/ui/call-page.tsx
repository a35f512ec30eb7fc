// One call: the facts, the way it took drawn to scale, every stretch in words, and what other rooms know of it.
import { ArrowLeft, AudioLines, Headphones, Hourglass, ListTree, Megaphone, PauseCircle, PhoneForwarded, PhoneIncoming, PhoneOutgoing, ShieldAlert, Star, Voicemail, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { Dial, Facts, Mark, Moment, Notice, Page, Panel, Skeletons, Trouble, type Tone } from "@kit";
import { serverNow } from "@lib/clock";
import { dialAgain } from "@lib/desk";
import { useAgents, useQueues, useTrunks } from "@lib/directory";
import { clock, duration } from "@lib/format";
import { Slot } from "@lib/slots";
import { otherSide, useCall, type Call, type Heard, type Segment, type SegmentKind } from "./api";
import { Rating, Result } from "./result";
import { draw, type Drawn } from "./timeline";
import "./call-page.css";

const LOOKS: Record<SegmentKind, [Tone, LucideIcon]> = {
  menu: ["accent", ListTree],
  queue: ["wrap", Hourglass],
  ring: ["call", PhoneIncoming],
  talk: ["ready", Headphones],
  hold: ["hold", PauseCircle],
  rating: ["hold", Star],
  message: ["rest", Voicemail],
  outside: ["call", PhoneForwarded],
  dial: ["call", PhoneOutgoing],
  consult: ["hold", PhoneForwarded],
  conference: ["ready", Headphones],
  parked: ["wrap", Hourglass],
};

/** `no_answer`, `pressed 1 in top` and the like: a word we know, or as the server says it. */
function useDetail() {
  const { t, i18n } = useTranslation("calls");
  return (segment: Segment): string | null => {
    if (!segment.detail) return null;
    const key = `detail.${segment.detail}`;
    return i18n.exists(key, { ns: "calls" }) ? (t(key as "detail.no_answer") as string) : segment.detail;
  };
}

function Line({ call }: { call: Call }) {
  const { t } = useTranslation("calls");
  const agents = useAgents();
  const queues = useQueues();
  const { from, until, drawn } = draw(call, serverNow());
  const lane = (which: 0 | 1) => drawn.filter((d) => d.lane === which);
  const part = ({ segment, left, width, ms }: Drawn, i: number) => {
    const [tone, Icon] = LOOKS[segment.kind] ?? LOOKS.menu;
    const who = agents.name(segment.agent) ?? queues.name(segment.queue);
    return (
      <div key={i} className="part" data-tone={tone} data-narrow={width < 0.07} style={{ left: `${left * 100}%`, width: `${width * 100}%` }} title={`${t(`segment.${segment.kind}`)} ${duration(ms)}${who ? ` · ${who}` : ""}`}>
        {width >= 0.022 && <Icon size={15} aria-hidden />}
        {width * 1080 >= 46 + 15 * t(`segment.${segment.kind}`).length && <span>{t(`segment.${segment.kind}`)}</span>}
        {width >= 0.12 && <span>{duration(ms)}</span>}
      </div>
    );
  };
  return (
    <div className="call-line" role="img" aria-label={t("line", { length: duration(until - from), parts: drawn.length })}>
      <div className="lane">{lane(0).map(part)}</div>
      {lane(1).length > 0 && <div className="lane inner">{lane(1).map(part)}</div>}
      <div className="axis">
        {[0, 0.25, 0.5, 0.75, 1].map((share) => (
          <span key={share} style={{ left: `${share * 100}%` }}>
            {clock(from + (until - from) * share)}
          </span>
        ))}
      </div>
    </div>
  );
}

function Steps({ call }: { call: Call }) {
  const { t } = useTranslation("calls");
  const agents = useAgents();
  const queues = useQueues();
  const detail = useDetail();
  const { drawn } = draw(call, serverNow());
  return (
    <ol className="steps">
      {drawn.map(({ segment, lane, ms }, i) => {
        const [tone, icon] = LOOKS[segment.kind] ?? LOOKS.menu;
        const said = [agents.name(segment.agent), segment.kind === "queue" || !segment.agent ? queues.name(segment.queue) : null, detail(segment)].filter(Boolean);
        return (
          <li key={i} data-inner={lane === 1}>
            <time dateTime={segment.at}>{clock(segment.at)}</time>
            <Mark tone={tone} icon={icon}>
              {t(`segment.${segment.kind}`)}
            </Mark>
            <span>{said.join(" · ") || "—"}</span>
            <span className="num">{segment.until ? duration(ms) : t("going_on")}</span>
          </li>
        );
      })}
    </ol>
  );
}

/** What was announced to him: the outage by its id, whose page is in another room. */
function HeardPanel({ heard }: { heard: Heard[] }) {
  const { t } = useTranslation("calls");
  return (
    <Panel title={t("heard.title")}>
      <ol className="steps">
        {heard.map((one) => (
          <li key={`${one.subject} ${one.revision}`}>
            <time dateTime={one.at}>{clock(one.at)}</time>
            <Mark tone={one.own ? "busy" : "accent"} icon={Megaphone}>
              {t(one.own ? "heard.own" : "heard.general")}
            </Mark>
            <span>
              {one.subject.startsWith("ou_") ? <Link to={`/outages/${one.subject}`}>{t("heard.subject", { subject: one.subject, revision: one.revision })}</Link> : t("heard.subject", { subject: one.subject, revision: one.revision })}
              {" · "}
              {t(one.whole ? "heard.whole" : "heard.part")}
              {one.chosen && ` · ${t("heard.chosen", { key: one.chosen })}`}
              {one.to_be_told && ` · ${t("heard.to_be_told")}`}
            </span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

export default function CallPage() {
  const { t } = useTranslation("calls");
  const { id = "" } = useParams();
  const query = useCall(id);
  const agents = useAgents();
  const queues = useQueues();
  const trunks = useTrunks();
  const call = query.data;

  return (
    <Page
      title={call ? t("call_title", { number: otherSide(call) }) : t("call")}
      heading={
        <span className="row">
          <Link to="/calls" aria-label={t("back")} className="row">
            <ArrowLeft size={20} aria-hidden />
          </Link>
          {call ? otherSide(call) : t("call")}
        </span>
      }
      lead={
        call && (
          <span className="row">
            <Dial number={otherSide(call)} onDial={dialAgain(call.id, call.direction)} />
            <Moment at={call.at} />
          </span>
        )
      }
      actions={
        call && (
          <span className="row">
            {call.urgent && (
              <Mark chip tone="busy" icon={ShieldAlert}>
                {t("urgent")}
              </Mark>
            )}
            <Result call={call} />
          </span>
        )
      }
    >
      {query.isError && !call && (
        <Panel>
          <Trouble error={query.error} retry={() => void query.refetch()} />
        </Panel>
      )}
      {!call && !query.isError && (
        <Panel>
          <Skeletons lines={9} height={24} />
        </Panel>
      )}
      {call && (
        <>
          {call.interrupted && (
            <Notice tone="busy" title={t("interrupted.title")}>
              {t("interrupted.text")}
            </Notice>
          )}
          <Panel label={t("facts")}>
            <Facts
              items={[
                [t("column.direction"), t(`direction.${call.direction}`)],
                [t("column.queue"), queues.name(call.queue)],
                [t("column.agent"), agents.name(call.agent)],
                [t("column.wait"), duration(call.wait_ms)],
                [t("column.talk"), call.connected ? duration(call.talk_ms) : null],
                [t("column.hold"), call.connected ? duration(call.hold_ms) : null],
                [t("column.after"), call.connected ? duration(call.after_ms) : null],
                [t("column.rating"), <Rating key="rating" score={call.rating} />],
                [t("column.announced"), call.announced === null ? null : call.announced ? t("yes") : t("no")],
                [t("column.ended_by"), call.ended_by ? t(`party.${call.ended_by}`) : null],
                [t("column.caller"), call.from],
                [t("column.to"), call.to],
                [t("column.trunk"), trunks.name(call.trunk)],
                [t("column.id"), <code key="id">{call.id}</code>],
              ]}
            />
          </Panel>
          <Panel title={t("way")} extra={call.recording && <Link className="row tight" to={`/recordings/${call.recording}`}><AudioLines size={16} aria-hidden /> {t("listen")}</Link>}>
            {call.segments.length > 0 ? (
              <div className="stack" style={{ gap: 20 }}>
                <Line call={call} />
                <Steps call={call} />
              </div>
            ) : (
              <p className="muted">{t("no_segments")}</p>
            )}
          </Panel>
          {call.heard.length > 0 && <HeardPanel heard={call.heard} />}
          <Slot name="call.parts" call={call.id} recording={call.recording} />
        </>
      )}
    </Page>
  );
}
