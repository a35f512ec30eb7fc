// The first person of a new centre, with the one-time link that the program printed.
import { Button, Input } from "antd";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useSearchParams } from "react-router";
import { Field, Notice, useProblemText } from "@kit";
import { setUp, signIn } from "@lib/session";
import "./sign-in.css";

export function SetUp() {
  const { t } = useTranslation("app");
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const text = useProblemText();
  const [number, setNumber] = useState("");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const said = problem ? text(problem) : null;

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await setUp({ token: search.get("token") ?? "", number: number.trim(), name: name.trim(), password });
      await signIn(number.trim(), password);
      await navigate("/", { replace: true });
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <main className="sign-in" style={{ gridTemplateColumns: "1fr" }}>
      <div className="form">
        <form onSubmit={(event) => void submit(event)} noValidate>
          <div>
            <div className="brand">
              <img src="/icon.svg" alt="" />
              <h1>{t("set_up.title")}</h1>
            </div>
            <p className="soft">{t("set_up.lead")}</p>
          </div>
          {said && (
            <Notice tone="busy" title={said.what}>
              {said.todo}
            </Notice>
          )}
          <Field label={t("sign_in.user")} htmlFor="number">
            <Input id="number" autoComplete="username" value={number} onChange={(event) => setNumber(event.target.value)} maxLength={32} />
          </Field>
          <Field label={t("set_up.name")} htmlFor="name">
            <Input id="name" autoComplete="name" value={name} onChange={(event) => setName(event.target.value)} maxLength={60} />
          </Field>
          <Field label={t("sign_in.password")} htmlFor="password" help={t("password.rule")}>
            <Input.Password id="password" autoComplete="new-password" value={password} onChange={(event) => setPassword(event.target.value)} maxLength={256} />
          </Field>
          <Button type="primary" htmlType="submit" loading={busy} disabled={!number.trim() || !name.trim() || !password} block>
            {t("set_up.submit")}
          </Button>
          <Link to="/sign-in">{t("set_up.have")}</Link>
        </form>
      </div>
    </main>
  );
}
