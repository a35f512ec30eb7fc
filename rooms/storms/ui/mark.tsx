// In the bar above every page while it is on: since when, and for those who are on a break that they are asked back. Whoever may
// switch it is told there that its beginning or its end is proposed.
import { CloudLightning } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useDesk } from "@lib/desk";
import { clock } from "@lib/format";
import { useMay } from "@lib/session";
import { useNow } from "./api";
import { READ, SEE, SWITCH } from "./permissions";
import { useWhy } from "./why";

function On() {
  const { t } = useTranslation("storms");
  const why = useWhy();
  const reads = useMay(READ);
  const switches = useMay(SWITCH);
  const now = useNow().data;
  const storm = now?.storm;
  const desk = useDesk(useMay("calls.answer")).data?.desk;
  if (!storm) {
    if (!now?.proposed || !switches) return null;
    return (
      <span role="status">
        <Link className="mark chip" data-tone="wrap" to="/storms"><CloudLightning size={15} strokeWidth={2.2} aria-hidden /><span>{t("mark.proposed")}</span></Link>
      </span>
    );
  }
  const words = (
    <>
      <CloudLightning size={15} strokeWidth={2.2} aria-hidden />
      <span>{desk?.storm?.called_back ? t("mark.called_back") : storm.calm_since && switches ? t("mark.calm") : t("mark.on", { at: clock(storm.began_at, false) })}</span>
    </>
  );
  const title = t("mark.title", { why: why.began(storm), until: clock(storm.until, false) });
  return (
    <span role="status">
      {reads ? (
        <Link className="mark chip" data-tone="busy" to="/storms" title={title}>{words}</Link>
      ) : (
        <span className="mark chip" data-tone="busy" title={title}>{words}</span>
      )}
    </span>
  );
}

export default function StormMark() {
  return useMay(SEE) ? <On /> : null;
}
