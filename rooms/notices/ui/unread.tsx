// In the bar above every page: bulletins that whoever is signed in still has to read.
import { Megaphone } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useMay } from "@lib/session";
import { useUnread } from "./api";
import { READ_BULLETINS } from "./permissions";
import "./notices.css";

function Count() {
  const { t } = useTranslation("notices");
  const unread = useUnread().data?.unread ?? 0;
  if (unread === 0) return null;
  return (
    <Link className="mark chip notice-unread" data-tone="wrap" to="/notices/bulletins">
      <Megaphone size={15} strokeWidth={2.2} aria-hidden />
      <span>{t("bulletin.unread_count", { count: unread })}</span>
    </Link>
  );
}

export default function Unread() {
  return useMay(READ_BULLETINS) ? <Count /> : null;
}
