// On a call's page: its recording, ready to be heard.
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Panel, Skeleton, Trouble } from "@kit";
import { useMay } from "@lib/session";
import type { SlotProps } from "@lib/slots";
import { useRecording } from "./api";
import { PLAY } from "./permissions";
import "./player.css";

const Player = lazy(() => import("./player"));

function Heard({ id }: { id: string }) {
  const { t } = useTranslation("recordings");
  const query = useRecording(id);
  return (
    <Panel title={t("recording")} extra={<Link to={`/recordings/${id}`}>{t("to_recording")}</Link>}>
      {query.isError && !query.data && <Trouble error={query.error} retry={() => void query.refetch()} />}
      {!query.data && !query.isError && <Skeleton height={290} />}
      {query.data && (
        <Suspense fallback={<Skeleton height={290} />}>
          <Player recording={id} duration_ms={query.data.duration_ms} marks={query.data.marks} />
        </Suspense>
      )}
    </Panel>
  );
}

export default function CallPart({ recording }: SlotProps["call.parts"]) {
  const play = useMay(PLAY);
  return recording && play ? <Heard id={recording} /> : null;
}
