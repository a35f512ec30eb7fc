// Below every page of the field: whether everything has been sent, when the server was last heard, and the way to the pages.
import { CircleCheck, ClipboardList, CloudUpload, LogIn, RefreshCw, TriangleAlert, WifiOff, type LucideIcon } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";
import type { Tone } from "@kit";
import { clock } from "@lib/format";
import { tally } from "./queue";
import { useField, type Field } from "./use-field";
import "./field.css";

/** The worker that keeps the pages; only in a build, for there is none while developing. */
function useWorker(): boolean {
  const [newer, setNewer] = useState(false);
  useEffect(() => {
    if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
    const workers = navigator.serviceWorker;
    const had = Boolean(workers.controller);
    const changed = () => had && setNewer(true);
    let registration: ServiceWorkerRegistration | undefined;
    // Without one the pages work with a network only; what is entered is kept all the same.
    void workers.register("/sw.js", { scope: "/field" }).then(
      (found) => (registration = found),
      () => undefined,
    );
    const look = () => {
      if (document.visibilityState === "visible") void registration?.update().catch(() => undefined);
    };
    workers.addEventListener("controllerchange", changed);
    document.addEventListener("visibilitychange", look);
    return () => {
      workers.removeEventListener("controllerchange", changed);
      document.removeEventListener("visibilitychange", look);
    };
  }, []);
  return newer;
}

/** So that the page can be put on the home screen. */
function useManifest(): void {
  useEffect(() => {
    const link = document.createElement("link");
    Object.assign(link, { rel: "manifest", href: "/field.webmanifest" });
    document.head.append(link);
    return () => link.remove();
  }, []);
}

function useSaid(field: Field): { tone: Tone; icon: LucideIcon; what: string; to: string } {
  const { t } = useTranslation("work_orders");
  const { waiting, refused } = tally(field.entries);
  const kept = waiting > 0 ? t("field.bar.kept", { n: waiting }) : "";
  const withKept = (what: string) => [what, kept].filter(Boolean).join(" · ");
  const to = "/field/waiting";
  if (field.broken) return { tone: "busy", icon: TriangleAlert, what: t("field.bar.broken"), to };
  if (field.link === "signed_out") return { tone: "busy", icon: LogIn, what: withKept(t("field.bar.signed_out")), to: "/sign-in?next=/field" };
  if (field.link === "other") return { tone: "busy", icon: LogIn, what: withKept(t("field.bar.other")), to: "/sign-in?next=/field" };
  const offline = field.link === "offline" ? t("field.bar.offline") : "";
  if (refused > 0) return { tone: "busy", icon: TriangleAlert, what: [t("field.bar.refused", { n: refused }), withKept(offline)].filter(Boolean).join(" · "), to };
  if (offline) return { tone: "wrap", icon: WifiOff, what: withKept(offline), to };
  if (field.underway !== null) return { tone: "call", icon: CloudUpload, what: withKept(t("field.bar.sending")), to };
  if (waiting > 0) return { tone: "wrap", icon: CloudUpload, what: kept, to };
  return { tone: "ready", icon: CircleCheck, what: t("field.bar.all_sent"), to };
}

export default function Bar() {
  const { t } = useTranslation("work_orders");
  const { t: ta } = useTranslation("app");
  const { pathname } = useLocation();
  const field = useField();
  const newer = useWorker();
  useManifest();
  const { tone, icon: Icon, what, to } = useSaid(field);
  const { waiting, refused, aside } = tally(field.entries);
  const all = waiting + refused + aside;
  const touched = field.touched === null ? t("field.bar.never") : t("field.bar.touched", { at: clock(field.touched, false) });
  const here = (path: string) => (path === "/field/waiting" ? pathname === path : pathname !== "/field/waiting");
  return (
    <div className="crew-bar">
      {newer && (
        <button type="button" className="crew-newer" onClick={() => window.location.reload()}>
          <RefreshCw size={18} aria-hidden />
          {t("field.bar.update")} · {t("field.bar.reload")}
        </button>
      )}
      <Link to={to} className="crew-state" data-tone={tone} aria-label={`${t("field.bar.label")}：${what} · ${touched}`}>
        <Icon size={17} aria-hidden />
        <span role="status">{what}</span>
        <small>{touched}</small>
      </Link>
      <nav aria-label={ta("nav.label")}>
        <Link to="/field" aria-current={here("/field") ? "page" : undefined}>
          <ClipboardList size={22} aria-hidden />
          {t("field.bar.orders")}
        </Link>
        <Link to="/field/waiting" aria-current={here("/field/waiting") ? "page" : undefined}>
          <CloudUpload size={22} aria-hidden />
          {all > 0 ? t("field.bar.waiting_n", { n: all }) : t("field.bar.waiting")}
        </Link>
      </nav>
    </div>
  );
}
