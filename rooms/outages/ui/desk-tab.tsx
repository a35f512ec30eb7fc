// Beside the agent's desk: what is off now and coming, with what to say.
import { ZapOff } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Empty, Short, Skeletons } from "@kit";
import { useMay } from "@lib/session";
import { useOutages, type OutageLine } from "./api";
import { Alarms, StateMark } from "./marks";
import { READ } from "./permissions";

function One({ one }: { one: OutageLine }) {
  const { t } = useTranslation("outages");
  return (
    <li>
      <div className="row tight">
        <Link to={`/outages/${one.id}`}>{one.area}</Link>
        <StateMark state={one.state} />
        <Alarms outage={one} />
      </div>
      <span className="muted">
        {t(`cause.${one.cause}`)} <Short at={one.starts} /> – {one.restored_at ? <Short at={one.restored_at} /> : one.ends ? <Short at={one.ends} /> : t("desk.unknown")} {t("counts.all", { count: one.counts.all })}
      </span>
    </li>
  );
}

export default function DeskTab() {
  const { t } = useTranslation("outages");
  const may = useMay(READ);
  const now = useOutages("now", 0).data?.outages;
  const coming = useOutages("coming", 0).data?.outages;
  if (!may) return null;
  if (!now || !coming) return <Skeletons lines={5} />;
  if (now.length + coming.length === 0) return <Empty icon={ZapOff} title={t("desk.none")}>{t("desk.none_todo")}</Empty>;
  return (
    <ul className="stack" style={{ listStyle: "none", margin: 0, padding: 0 }}>
      {[...now, ...coming].map((one) => (
        <One key={one.id} one={one} />
      ))}
    </ul>
  );
}
