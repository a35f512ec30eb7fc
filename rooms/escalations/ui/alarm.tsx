// In the bar above every superior's page: what has come to the own step and nobody has answered, with the button that says it was seen.
import { BellRing } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useMay } from "@lib/session";
import { Actions } from "./actions";
import { useFresh, useMine } from "./api";
import { Left } from "./left";
import { ANSWER } from "./permissions";
import "./escalations.css";

function Waiting() {
  const { t } = useTranslation("escalations");
  useFresh();
  const waiting = useMine().data?.waiting ?? [];
  const first = waiting[0];
  if (!first) return null;
  const ground = first.reasons[0]?.ground ?? "other";
  const said = t("alarm", { ground: t(`ground.${ground}`) }) + (waiting.length > 1 ? ` ${t("alarm_more", { count: waiting.length })}` : "");
  return (
    <span role="alert" className="esc-bar">
      <Link className="mark chip esc-alarm" data-tone="busy" to={waiting.length === 1 ? `/escalations/${first.id}` : "/escalations"} title={said}>
        <BellRing size={15} strokeWidth={2.2} aria-hidden />
        <span>{said}</span>
        {first.due && <Left until={first.due} label={t("turn.left")} />}
      </Link>
      <Actions of={{ ...first, allowed: first.allowed.filter((one) => one.act === "acknowledge") }} small />
    </span>
  );
}

export default function Alarm() {
  return useMay(ANSWER) ? <Waiting /> : null;
}
