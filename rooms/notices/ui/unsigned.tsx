// Text messages go out without a signature: carriers hold them back, and customers cannot tell whose they are.
import { Signature } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Notice } from "@kit";
import { useMay } from "@lib/session";
import { useSettings } from "./api";
import { CONFIGURE, SETTINGS_READERS } from "./permissions";

function Chip() {
  const { t } = useTranslation("notices");
  if (!useSettings().data?.unsigned) return null;
  return (
    <Link className="mark chip" style={{ textDecoration: "none", whiteSpace: "nowrap" }} data-tone="busy" to="/notices/settings" title={t("unsigned.title")}>
      <Signature size={15} strokeWidth={2.2} aria-hidden />
      <span>{t("unsigned.short")}</span>
    </Link>
  );
}

/** Leads to the setting whoever may change it, and says to the others who does. */
function Here({ link }: { link: boolean }) {
  const { t } = useTranslation("notices");
  const may = useMay(CONFIGURE);
  if (!useSettings().data?.unsigned) return null;
  return (
    <Notice tone="busy" icon={Signature} title={t("unsigned.title")} action={may && link ? <Link to="/notices/settings">{t("unsigned.open")}</Link> : undefined}>
      {t(may ? "unsigned.todo" : "unsigned.ask")}
    </Notice>
  );
}

export function UnsignedNotice({ link = true }: { link?: boolean }) {
  return useMay(SETTINGS_READERS) ? <Here link={link} /> : null;
}

/** In the bar above every page, for whoever may mend it. */
export default function Unsigned() {
  return useMay(CONFIGURE) ? <Chip /> : null;
}
