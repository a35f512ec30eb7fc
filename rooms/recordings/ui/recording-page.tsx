// One recording: the player, whose it is, and whether it is whole.
import { App, Button, Input, Modal } from "antd";
import { ArrowLeft, ArrowRight, Lock } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { Facts, Field, Mark, Moment, Notice, Page, Panel, Skeleton, Skeletons, Trouble, useProblemText } from "@kit";
import { useAgents, useQueues } from "@lib/directory";
import { bytes, duration } from "@lib/format";
import { useMay } from "@lib/session";
import { useUrlState } from "@lib/url";
import { hold, useRecording, type Recording } from "./api";
import { HOLD } from "./permissions";
import { Sealed } from "./recordings-page";
import "./player.css";

const Player = lazy(() => import("./player"));

/** Keeping it for a dispute, and letting it go again. */
function Holding({ recording }: { recording: Recording }) {
  const { t } = useTranslation("recordings");
  const { t: app } = useTranslation("app");
  const { message } = App.useApp();
  const problemText = useProblemText();
  const mayHold = useMay(HOLD);
  const [asking, setAsking] = useState(false);
  const [why, setWhy] = useState("");
  const [busy, setBusy] = useState(false);
  if (!mayHold) return null;

  async function send(): Promise<void> {
    setBusy(true);
    try {
      await hold(recording.id, !recording.held, why.trim());
      message.success(recording.held ? t("held.released") : t("held.done"));
      setAsking(false);
      setWhy("");
    } catch (error) {
      message.error(problemText(error).what);
    } finally {
      setBusy(false);
    }
  }

  const act = recording.held ? t("held.release") : t("held.hold");
  return (
    <>
      <Button icon={<Lock size={16} aria-hidden />} onClick={() => setAsking(true)}>
        {act}
      </Button>
      <Modal open={asking} title={act} okText={act} cancelText={app("cancel")} confirmLoading={busy} okButtonProps={{ disabled: !why.trim() }} onCancel={() => setAsking(false)} onOk={() => void send()}>
        <div className="stack">
          <p>{recording.held ? t("held.release_means") : t("held.hold_means")}</p>
          <Field label={t("held.why")} htmlFor="why" required>
            <Input id="why" value={why} maxLength={200} onChange={(event) => setWhy(event.target.value)} />
          </Field>
        </div>
      </Modal>
    </>
  );
}

export default function RecordingPage() {
  const { t } = useTranslation("recordings");
  const { id = "" } = useParams();
  const [url] = useUrlState(["at"] as const);
  const query = useRecording(id);
  const agents = useAgents();
  const queues = useQueues();
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
            <Suspense fallback={<Skeleton height={290} />}>
              <Player recording={recording.id} duration_ms={recording.duration_ms} marks={recording.marks} at={Number.isFinite(at) && at > 0 ? at : 0} />
            </Suspense>
          </Panel>
          <Panel
            title={t("about")}
            extra={
              <>
                <Holding recording={recording} />
                {recording.call && (
                  <Link className="row tight" to={`/calls/${recording.call}`}>
                    {t("to_call")} <ArrowRight size={16} aria-hidden />
                  </Link>
                )}
              </>
            }
          >
            <Facts
              items={[
                [t("column.duration"), duration(recording.duration_ms)],
                [t("column.agent"), agents.name(recording.agent)],
                [t("column.queue"), queues.name(recording.queue)],
                [t("column.size"), recording.bytes == null ? null : bytes(recording.bytes)],
                [t("column.delete_at"), recording.held ? <Mark key="held" tone="wrap" icon={Lock}>{t("held.yes")}</Mark> : recording.delete_at && <Moment key="delete" at={recording.delete_at} seconds={false} />],
                [t("column.sha256"), recording.sha256 && <code key="hash">{recording.sha256.slice(0, 16)}…</code>],
              ]}
            />
          </Panel>
        </>
      )}
    </Page>
  );
}
