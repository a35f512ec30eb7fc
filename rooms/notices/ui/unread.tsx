// In the bar above every page: bulletins that whoever is signed in still has to read, or wrote and others have not read in time.
import { Megaphone } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useMay } from "@lib/session";
import { useUnread } from "./api";
import { READ_BULLETINS } from "./permissions";
import "./notices.css";

function Count() {
  const { t } = useTranslation("notices");
  const { unread = 0, late = 0 } = useUnread().data ?? {};
  if (unread === 0 && late === 0) return null;
  return (
    <Link className="mark chip notice-unread" data-tone={late > 0 ? "busy" : "wrap"} to="/notices/bulletins">
      <Megaphone size={15} strokeWidth={2.2} aria-hidden />
      <span>{late > 0 ? t("bulletin.late_count", { count: late }) : t("bulletin.unread_count", { count: unread })}</span>
    </Link>
  );
}

export default function Unread() {
  return useMay(READ_BULLETINS) ? <Count /> : null;
}
