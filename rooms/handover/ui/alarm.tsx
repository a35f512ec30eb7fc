// In the bar above every leader's page: a handover that should have been signed by now.
import { AlarmClockOff } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useLive } from "@lib/live";
import { useMay } from "@lib/session";
import type { RecordLine } from "./api";
import { SIGN } from "./permissions";
import "./handover.css";

function Late() {
  const { t } = useTranslation("handover");
  const [late, setLate] = useState<RecordLine[]>([]);
  useLive<RecordLine[]>("handover.alarms", setLate);
  const first = late[0];
  if (!first) return null;
  const said = t("alarm", { shift: first.team ? `${first.shift} ${first.team.name} ` : first.shift });
  return (
    <span role="alert">
      <Link className="mark chip handover-alarm" data-tone="busy" to={`/handover/${first.id}`} title={said}>
        <AlarmClockOff size={15} strokeWidth={2.2} aria-hidden />
        <span>{said}</span>
      </Link>
    </span>
  );
}

export default function Alarm() {
  return useMay(SIGN) ? <Late /> : null;
}
