// The frame around every page: the centre's name, the way to each room, language, theme, who is signed in.
import { Button, Dropdown, Modal, Tooltip } from "antd";
import { Check, Contrast, FlaskConical, KeyRound, Languages, LogOut, Moon, Sun, UserRound, WifiOff } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, NavLink, Outlet, useLocation, useNavigate, useSearchParams } from "react-router";
import { Mark, Skeletons, Trouble } from "@kit";
import { LANGUAGES, setLanguage, type Language } from "@lib/i18n";
import { reconnect, useLink } from "@lib/live";
import { may, signOut, useMe } from "@lib/session";
import { Slot } from "@lib/slots";
import { setTheme, THEMES, useTheme, type Theme } from "@lib/theme";
import { PasswordForm } from "./password-form";
import { navigation } from "./rooms";

const themeIcon = { light: Sun, dark: Moon, contrast: Contrast };

export function ThemeSwitch() {
  const { t } = useTranslation("app");
  const theme = useTheme();
  const Icon = themeIcon[theme];
  const items = THEMES.map((key) => ({ key, label: t(`theme.${key}`), icon: key === theme ? <Check size={15} /> : <span style={{ width: 15, display: "inline-block" }} /> }));
  return (
    <Dropdown trigger={["click"]} menu={{ items, onClick: ({ key }) => setTheme(key as Theme) }}>
      <Button type="text" aria-label={t("theme.choose")} icon={<Icon size={18} aria-hidden />} />
    </Dropdown>
  );
}

export function LanguageSwitch() {
  const { t, i18n } = useTranslation("app");
  const other = LANGUAGES.find((language) => language !== i18n.language) as Language;
  return (
    <Tooltip title={t("language.switch")}>
      <Button type="text" lang={other} onClick={() => void setLanguage(other)} icon={<Languages size={17} aria-hidden />}>
        {t(`language.${other}`)}
      </Button>
    </Tooltip>
  );
}

/** Only speaks when live data does not come. */
function LinkState() {
  const { t } = useTranslation("app");
  const { link, tries } = useLink();
  if (link !== "lost") return null;
  return (
    <span className="row tight" role="alert">
      <Mark tone="busy" icon={WifiOff} chip>
        {t("link.lost", { tries })}
      </Mark>
      <Button size="small" onClick={reconnect}>
        {t("link.now")}
      </Button>
    </span>
  );
}

export function Shell() {
  const { t } = useTranslation("app");
  const me = useMe();
  const location = useLocation();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const [changing, setChanging] = useState(false);

  if (me.isPending) {
    return (
      <div className="page">
        <Skeletons lines={6} height={28} />
      </div>
    );
  }
  if (me.isError) return <Trouble page error={me.error} retry={() => void me.refetch()} />;
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
  return (
    <div className="shell" data-bare={search.get("wall") === "1"}>
      <a className="skip" href="#content">
        {t("skip")}
      </a>
      <header>
        <span className="brand">
          <img src="/icon.svg" alt="" />
          {person.centre ?? t("product")}
        </span>
        {person.demo && (
          <Mark chip tone="wrap" icon={FlaskConical}>
            {t("demo")}
          </Mark>
        )}
        <span className="grow" />
        <Slot name="shell.bar" fallback={null} />
        <LinkState />
        <LanguageSwitch />
        <ThemeSwitch />
        <Dropdown
          trigger={["click"]}
          menu={{
            items: [
              { key: "password", label: t("password.change"), icon: <KeyRound size={15} /> },
              { key: "out", label: t("sign_out"), icon: <LogOut size={15} /> },
            ],
            onClick: ({ key }) => (key === "password" ? setChanging(true) : void signOut().then(() => navigate("/sign-in"))),
          }}
        >
          <Button type="text" icon={<UserRound size={17} aria-hidden />}>
            {person.number} {person.name}
          </Button>
        </Dropdown>
      </header>
      <nav aria-label={t("nav.label")}>
        {navigation.map(({ group, items }) => {
          const allowed = items.filter((item) => may(person, item.permission));
          // `/calls/owed` lies below `/calls`, but is a place of its own.
          const elsewhere = (path: string) => navigation.some((other) => other.items.some((item) => item.path.startsWith(`${path}/`) && location.pathname.startsWith(item.path)));
          if (allowed.length === 0) return null;
          return (
            <div key={group} role="group" aria-labelledby={`nav-${group}`} style={{ display: "contents" }}>
              <h2 id={`nav-${group}`}>{t(`nav.${group}`)}</h2>
              {allowed.map((item) => (
                <NavLink key={item.path} to={item.path} className={({ isActive }) => (isActive && !elsewhere(item.path) ? "active" : "")} aria-current={elsewhere(item.path) ? false : "page"}>
                  <item.icon size={18} strokeWidth={1.8} aria-hidden />
                  {t(item.label, { ns: item.room } as never) as unknown as string}
                </NavLink>
              ))}
            </div>
          );
        })}
      </nav>
      <main id="content" tabIndex={-1}>
        <Outlet />
      </main>
      {changing && (
        <Modal open title={t("password.change")} footer={null} onCancel={() => setChanging(false)} width={420}>
          <PasswordForm onDone={() => setChanging(false)} />
        </Modal>
      )}
    </div>
  );
}
