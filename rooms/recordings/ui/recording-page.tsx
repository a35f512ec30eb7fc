// One recording: the player, whose it is, and whether it is whole.
import { ArrowLeft, ArrowRight } from "lucide-react";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { Facts, Moment, Notice, Page, Panel, Skeleton, Skeletons, Trouble } from "@kit";
import { Problem } from "@lib/api";
import { useAgents, useQueues } from "@lib/directory";
import { bytes, duration } from "@lib/format";
import { useMay } from "@lib/session";
import { useUrlState } from "@lib/url";
import { useRecording } from "./api";
import { PLAY } from "./index";
import { Sealed } from "./recordings-page";
import "./player.css";

const Player = lazy(() => import("./player"));

export default function RecordingPage() {
  const { t } = useTranslation("recordings");
  const { id = "" } = useParams();
  const [url] = useUrlState(["at"] as const);
  const query = useRecording(id);
  const agents = useAgents();
  const queues = useQueues();
  const play = useMay(PLAY);
  const recording = query.data;
  const at = Number(url.at ?? 0);

  return (
    <Page
      title={t("recording")}
      heading={
        <span className="row">
          <Link to="/recordings" aria-label={t("back")} className="row">
            <ArrowLeft size={20} aria-hidden />
          </Link>
          {recording?.from ?? t("recording")}
        </span>
      }
      lead={recording && <Moment at={recording.at} />}
      actions={recording && <Sealed sealed={recording.sealed} />}
    >
      {query.isError && !recording && (
        <Panel>
          <Trouble error={query.error} retry={() => void query.refetch()} />
        </Panel>
      )}
      {!recording && !query.isError && (
        <Panel>
          <Skeletons lines={6} height={32} />
        </Panel>
      )}
      {recording && (
        <>
          {(recording.lost_ms ?? 0) > 0 && (
            <Notice tone="wrap" title={t("lost.title", { lost: duration(recording.lost_ms) })}>
              {t("lost.text")}
            </Notice>
          )}
          <Panel label={t("player.label")}>
            {play ? (
              <Suspense fallback={<Skeleton height={290} />}>
                <Player recording={recording.id} duration_ms={recording.duration_ms} marks={recording.marks} at={Number.isFinite(at) && at > 0 ? at : 0} />
              </Suspense>
            ) : (
              <Trouble error={new Problem(403, "app.forbidden")} />
            )}
          </Panel>
          <Panel
            title={t("about")}
            extra={
              recording.call && (
                <Link className="row tight" to={`/calls/${recording.call}`}>
                  {t("to_call")} <ArrowRight size={16} aria-hidden />
                </Link>
              )
            }
          >
            <Facts
              items={[
                [t("column.duration"), duration(recording.duration_ms)],
                [t("column.agent"), agents.name(recording.agent)],
                [t("column.queue"), queues.name(recording.queue)],
                [t("column.size"), recording.bytes == null ? null : bytes(recording.bytes)],
                [t("column.delete_at"), recording.delete_at && <Moment key="delete" at={recording.delete_at} seconds={false} />],
                [t("column.sha256"), recording.sha256 && <code key="hash">{recording.sha256.slice(0, 16)}…</code>],
              ]}
            />
          </Panel>
        </>
      )}
    </Page>
  );
}
