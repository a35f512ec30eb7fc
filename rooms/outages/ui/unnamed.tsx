// Nobody has named the company: messages are in the name of “this company”. In the bar above every page, and where outages are.
import { Signature } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Notice } from "@kit";
import { useMay } from "@lib/session";
import { useSettings } from "./api";
import { APPROVE, CONFIGURE } from "./permissions";

function Chip() {
  const { t } = useTranslation("outages");
  const may = useMay(CONFIGURE);
  if (!useSettings().data?.unnamed) return null;
  return (
    <Link className="mark chip" style={{ textDecoration: "none", whiteSpace: "nowrap" }} data-tone="busy" to={may ? "/outages/settings" : "/outages"} title={t("unnamed.title")}>
      <Signature size={15} strokeWidth={2.2} aria-hidden />
      <span>{t("unnamed.short")}</span>
    </Link>
  );
}

/** Leads to the setting whoever may change it, and says to the others who does. */
export function UnnamedNotice() {
  const { t } = useTranslation("outages");
  const may = useMay(CONFIGURE);
  if (!useSettings().data?.unnamed) return null;
  return (
    <Notice tone="busy" icon={Signature} title={t("unnamed.title")} action={may ? <Link to="/outages/settings">{t("unnamed.open")}</Link> : undefined}>
      {t(may ? "unnamed.todo" : "unnamed.ask")}
    </Notice>
  );
}

export default function Unnamed() {
  return useMay([CONFIGURE, APPROVE]) ? <Chip /> : null;
}
