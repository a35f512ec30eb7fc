// The live floor: what is happening now, who needs help, who waits. One page, refreshed by push.
import { Button, Tooltip } from "antd";
import { ChartSpline, Clock3, FlaskConical, Maximize2, Minimize2, Network, Unplug, WifiOff, Zap } from "lucide-react";
import { lazy, Suspense, useCallback, useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { Mark, Notice, Page, Skeleton, Skeletons, Trouble } from "@kit";
import { serverNow, useSecond } from "@lib/clock";
import { clock, day, duration, weekday } from "@lib/format";
import { useHotkeys } from "@lib/hotkeys";
import { reconnect, useLink } from "@lib/live";
import { useMe } from "@lib/session";
import { useUrlState } from "@lib/url";
import { useFloor, useSimulation, type Floor } from "./api";
import { Calls } from "./calls";
import { Queues } from "./queues";
import { Seats } from "./seats";
import { SimulateDialog } from "./simulate-dialog";
import { Tiles } from "./tiles";
import "./floor.css";

const Trend = lazy(() => import("./trend"));
const STALE_MS = 4_000;

/** The time, and how old the picture is. Ticks alone, so that the page does not render each second. */
function Age({ at, lost }: { at: string; lost: boolean }) {
  const { t } = useTranslation("floor");
  useSecond();
  const now = serverNow();
  const age = Math.max(0, now - Date.parse(at));
  const stale = lost || age > STALE_MS;
  return (
    <>
      <span className="clock nowrap">
        {day(now)} {weekday(now)} {clock(now)}
      </span>
      <Mark chip tone={stale ? "busy" : "ready"} icon={stale ? Clock3 : Zap}>
        {stale ? t("age.old", { age: duration(age) }) : t("age.live")}
      </Mark>
    </>
  );
}

function Trunks({ trunks }: { trunks: Floor["trunks"] }) {
  const { t } = useTranslation("floor");
  return (
    <span className="row tight wrap">
      {trunks.map((trunk) => (
        <Mark key={trunk.id} chip tone={trunk.up === false ? "busy" : "offline"} icon={trunk.up === false ? Unplug : Network}>
          {trunk.up === false ? t("trunk.down", { name: trunk.name }) : t("trunk.up", { name: trunk.name, calls: trunk.calls })}
        </Mark>
      ))}
    </span>
  );
}

const KEYS = ["wall", "state", "queue", "stage", "view"] as const;

export default function FloorPage() {
  const { t } = useTranslation("floor");
  const floor = useFloor();
  const me = useMe();
  const simulation = useSimulation(me.data?.demo === true, false);
  const { link } = useLink();
  const [url, change] = useUrlState(KEYS);
  const [simulating, setSimulating] = useState(false);
  const wall = url.wall === "1";

  const toggleWall = useCallback(() => {
    change({ wall: wall ? null : "1" });
    if (wall && document.fullscreenElement) void document.exitFullscreen();
    else if (!wall) void document.documentElement.requestFullscreen?.().catch(() => undefined);
  }, [change, wall]);
  // A picture of 2,000 seats is drawn in pieces, between which clicks and keys get their turn.
  const data = useDeferredValue(floor.data);
  const onQueue = useCallback((queue: string | null) => change({ queue }), [change]);
  const onState = useCallback((state: string | null) => change({ state }), [change]);
  const onStage = useCallback((stage: string | null) => change({ stage }), [change]);
  useHotkeys({ Escape: () => wall && toggleWall() }, wall);

  if (floor.isError && !floor.data) {
    return (
      <Page title={t("title")}>
        <Trouble error={floor.error} retry={() => void floor.refetch()} />
      </Page>
    );
  }
  const lost = link === "lost";

  return (
    <div className="page floor" data-wall={wall} data-stale={lost}>
      <PageHead
        title={t("title")}
        actions={
          <>
            {!wall && url.view !== "trend" && (
              <Button onClick={() => change({ view: "trend" })} icon={<ChartSpline size={16} aria-hidden />}>
                {t("trend.open")}
              </Button>
            )}
            {!wall && simulation.isSuccess && (
              <Button onClick={() => setSimulating(true)} icon={<FlaskConical size={16} aria-hidden />}>
                {t("simulate.open")}
              </Button>
            )}
            <Tooltip title={wall ? t("wall.leave") : t("wall.help")}>
              <Button onClick={toggleWall} type={wall ? "text" : "default"} aria-label={t("wall.enter")} icon={wall ? <Minimize2 size={16} aria-hidden /> : <Maximize2 size={16} aria-hidden />}>
                {wall ? null : t("wall.enter")}
              </Button>
            </Tooltip>
          </>
        }
      >
        {data && <Age at={data.at} lost={lost} />}
        {data && <Trunks trunks={data.trunks} />}
      </PageHead>
      {lost && (
        <Notice
          tone="busy"
          icon={WifiOff}
          title={t("lost.title")}
          action={
            <Button size="small" onClick={reconnect}>
              {t("lost.now")}
            </Button>
          }
        >
          {t("lost.text")}
        </Notice>
      )}
      {data ? (
        <>
          <Tiles floor={data} />
          <Queues queues={data.queues} chosen={url.queue} onChoose={onQueue} />
          <div className="split">
            <div>
              {url.view === "trend" ? (
                <Suspense fallback={<Skeleton height={420} />}>
                  <Trend history={data.history} onBack={() => change({ view: null })} />
                </Suspense>
              ) : (
                <Seats
                  floor={data}
                  wall={wall}
                  state={url.state}
                  queue={url.queue}
                  onState={onState}
                />
              )}
            </div>
            <Calls floor={data} wall={wall} stage={url.stage} queue={url.queue} onStage={onStage} />
          </div>
        </>
      ) : (
        <>
          <div className="tiles">
            {Array.from({ length: 6 }, (_, i) => (
              <Skeleton key={i} height={132} />
            ))}
          </div>
          <Skeletons lines={6} height={64} />
        </>
      )}
      {simulating && <SimulateDialog onClose={() => setSimulating(false)} />}
    </div>
  );
}

function PageHead({ title, actions, children }: { title: string; actions: React.ReactNode; children: React.ReactNode }) {
  return (
    <div className="page-head">
      <h1>{title}</h1>
      {children}
      <span className="grow" />
      {actions}
    </div>
  );
}
