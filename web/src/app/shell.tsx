// The frame around every page: the centre's name, the shell somebody works in and the way to its rooms, who is signed in.
import { Button } from "antd";
import { Building2, FlaskConical, HardHat, Headset, MonitorDot, WifiOff } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate, Outlet, useLocation, useSearchParams } from "react-router";
import { Mark, Skeletons, Trouble } from "@kit";
import { reconnect, useLink } from "@lib/live";
import { useLearnReasons } from "@lib/reasons";
import { keepPerson, may, useMe, type Me } from "@lib/session";
import { arrange, placeOf, shellAt, type ShellName } from "@lib/shells";
import { Slot } from "@lib/slots";
import { SoftphoneMenu, useKeepSoftphone } from "@softphone";
import { Navigation } from "./navigation";
import { PasswordForm } from "./password-form";
import { SearchBox } from "./search";
import { PersonMenu } from "./person-menu";
import { places } from "./rooms";

const shellIcon = { desk: Headset, supervisor: MonitorDot, office: Building2, field: HardHat };

/** Only speaks when live data does not come. */
function LinkState() {
  const { t } = useTranslation("app");
  const { link, tries } = useLink();
  if (link !== "lost") return null;
  return (
    <span className="row tight link-lost" role="alert">
      <Mark tone="busy" icon={WifiOff}>
        {t("link.lost", { tries })}
      </Mark>
      <Button size="small" onClick={reconnect}>
        {t("link.now")}
      </Button>
    </span>
  );
}

/** Where somebody may go, and the shell of this page, which is remembered from page to page. */
function useWay(person: Me | null | undefined) {
  const { pathname } = useLocation();
  const [last, setLast] = useState<ShellName | null>(null);
  const { shells, placed } = useMemo(() => arrange(places.filter((place) => person && may(person, place.permission))), [person]);
  const shell = shellAt(placed, pathname, last) ?? shells[0];
  // Before anybody is known there is nothing to remember.
  if (shell && shell !== last) setLast(shell);
  return { shell, shells, placed, here: placeOf(placed, pathname)?.path, choose: setLast };
}
type Way = ReturnType<typeof useWay>;

function ShellSwitch({ way: { shell, shells, placed, choose } }: { way: Way }) {
  const { t } = useTranslation("app");
  if (shells.length < 2) return null;
  return (
    <nav className="shells" aria-label={t("shell.label")}>
      {shells.map((name) => {
        const Icon = shellIcon[name];
        const first = placed.find((place) => place.shells.includes(name));
        return (
          <Link key={name} to={first?.path ?? "/"} onClick={() => choose(name)} aria-current={name === shell ? "true" : undefined}>
            <Icon size={16} aria-hidden />
            <span>{t(`shell.${name}`)}</span>
          </Link>
        );
      })}
    </nav>
  );
}

/** On a phone: the pages between a narrow bar and one that the thumb reaches. */
function Field({ person, way }: { person: Me; way: Way }) {
  const { t } = useTranslation("app");
  return (
    <div className="shell" data-shell="field">
      <a className="skip" href="#content">
        {t("skip")}
      </a>
      <header>
        <span className="brand" title={person.centre ?? t("product")}>
          <img src="/icon.svg" alt="" />
          <span>{person.centre ?? t("product")}</span>
        </span>
        <ShellSwitch way={way} />
        <PersonMenu person={person} />
      </header>
      <main id="content" tabIndex={-1}>
        <Outlet />
      </main>
      <Slot name="field.bar" fallback={<div className="bar" />} />
    </div>
  );
}

export function Shell() {
  const { t } = useTranslation("app");
  const me = useMe();
  useLearnReasons(Boolean(me.data && !me.data.must_change_password && !me.data.must_add_second_factor));
  const location = useLocation();
  const [search] = useSearchParams();
  const way = useWay(me.data);
  useKeepSoftphone(me.data);
  const afield = me.data && way.shells.includes("field") ? me.data : null;
  useEffect(() => {
    if (afield) keepPerson(afield);
  }, [afield]);

  if (me.isPending) {
    return (
      <div className="page">
        <Skeletons lines={6} height={28} />
      </div>
    );
  }
  // Who is known stays while the server is away.
  if (me.isLoadingError) return <Trouble page error={me.error} retry={() => void me.refetch()} />;
  if (!me.data) return <Navigate to={`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`} replace />;

  const person = me.data;
  if (person.must_change_password) {
    return (
      <main className="page" style={{ maxWidth: 460, margin: "10vh auto 0" }}>
        <h1>{t("password.change")}</h1>
        <PasswordForm must onDone={() => void me.refetch()} />
      </main>
    );
  }
  if (person.must_add_second_factor) {
    return (
      <main className="page" style={{ maxWidth: 620, margin: "8vh auto 0" }}>
        <h1>{t("account.title")}</h1>
        <Slot name="account.parts" />
      </main>
    );
  }
  if (way.shell === "field") return <Field person={person} way={way} />;
  return (
    <div className="shell" data-shell={way.shell} data-bare={search.get("wall") === "1"}>
      <a className="skip" href="#content">
        {t("skip")}
      </a>
      <header>
        <span className="brand" title={person.centre ?? t("product")}>
          <img src="/icon.svg" alt="" />
          <span>{person.centre ?? t("product")}</span>
        </span>
        {person.demo && (
          <span className="demo" title={t("demo")}>
            <Mark chip tone="wrap" icon={FlaskConical}>
              {t("demo")}
            </Mark>
          </span>
        )}
        <ShellSwitch way={way} />
        <Slot name="shell.bar" fallback={null} />
        <SearchBox />
        {may(person, "calls.answer") && <SoftphoneMenu number={person.number} />}
        <PersonMenu person={person} />
      </header>
      <Navigation {...way} />
      <LinkState />
      <main id="content" tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  );
}
