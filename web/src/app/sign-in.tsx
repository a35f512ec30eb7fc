// Signing in: number and password, and a sentence that helps when they are wrong.
import { Button, Input, type InputRef } from "antd";
import { Headphones, ListOrdered, PhoneIncoming, Star } from "lucide-react";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, useNavigate, useSearchParams } from "react-router";
import { Field, Notice, useProblemText } from "@kit";
import { Problem } from "@lib/api";
import { signIn, useMe, useSetup } from "@lib/session";
import { LanguageSwitch, ThemeSwitch } from "./switches";
import "./sign-in.css";

const steps = [
  { key: "call", icon: PhoneIncoming, tone: "call" },
  { key: "queue", icon: ListOrdered, tone: "wrap" },
  { key: "talk", icon: Headphones, tone: "ready" },
  { key: "rate", icon: Star, tone: "hold" },
] as const;

/** Only our own addresses: a link in a mail must not lead elsewhere after signing in. */
function safe(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) ? next : "/";
}

export function SignIn() {
  const { t } = useTranslation("app");
  const me = useMe();
  const setup = useSetup();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  /** Asked for after the password, where there is a second factor. */
  const [code, setCode] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const first = useRef<InputRef>(null);
  const text = useProblemText();
  const next = safe(search.get("next"));

  useEffect(() => {
    document.title = t("sign_in.title");
    first.current?.focus();
  }, [t]);

  if (me.data) return <Navigate to={next} replace />;

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!user.trim() || !password) {
      setProblem(new Problem(422, "app.name_and_password_needed"));
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      await signIn(user.trim(), password, code ?? undefined);
      await navigate(next, { replace: true });
    } catch (error) {
      const asked = error instanceof Problem && error.code === "people.code_missing";
      const mistyped = error instanceof Problem && error.code === "people.wrong_code";
      setProblem(asked ? null : error);
      setCode(asked || mistyped ? "" : null);
      if (!asked && !mistyped) setPassword("");
    } finally {
      setBusy(false);
    }
  }

  const said = problem ? text(problem) : null;
  return (
    <main className="sign-in">
      <div className="corner">
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
      <div className="form">
        <form onSubmit={(event) => void submit(event)} noValidate>
          <div>
            <div className="brand">
              <img src="/icon.svg" alt="" />
              <h1>{setup.data?.centre ?? t("product")}</h1>
            </div>
            <p className="soft">{t("sign_in.lead")}</p>
          </div>
          {setup.data?.needed && (
            <Notice tone="wrap" title={t("set_up.needed")}>
              {t("set_up.needed_todo")}
            </Notice>
          )}
          {said && (
            <Notice tone="busy" title={said.what}>
              {said.todo}
            </Notice>
          )}
          <Field label={t("sign_in.user")} htmlFor="user">
            <Input ref={first} id="user" autoComplete="username" value={user} onChange={(event) => setUser(event.target.value)} maxLength={64} />
          </Field>
          <Field label={t("sign_in.password")} htmlFor="password">
            <Input.Password id="password" autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} maxLength={256} />
          </Field>
          {code !== null && (
            <Field label={t("sign_in.code")} htmlFor="code" help={t("sign_in.code_help")}>
              <Input id="code" autoFocus inputMode="numeric" autoComplete="one-time-code" value={code} onChange={(event) => setCode(event.target.value.replace(/[^\d ]/g, ""))} maxLength={8} />
            </Field>
          )}
          <Button type="primary" htmlType="submit" loading={busy} block>
            {t("sign_in.submit")}
          </Button>
          <p className="muted">{t("sign_in.forgotten")}</p>
        </form>
      </div>
      <div className="side">
        <h2>{t("sign_in.story")}</h2>
        <ol>
          {steps.map(({ key, icon: Icon, tone }) => (
            <li key={key} data-tone={tone}>
              <span>
                <Icon size={18} aria-hidden />
              </span>
              <div>
                <b>{t(`sign_in.steps.${key}.title`)}</b>
                {t(`sign_in.steps.${key}.text`)}
              </div>
            </li>
          ))}
        </ol>
      </div>
    </main>
  );
}
