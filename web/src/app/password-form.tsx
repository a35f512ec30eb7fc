// Changing one's own password, by choice or because the first one was given by somebody else.
import { App, Button, Input } from "antd";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { Field, Notice, useProblemText } from "@kit";
import { Problem } from "@lib/api";
import { changePassword } from "@lib/session";

export function PasswordForm({ onDone, must = false }: { onDone: () => void; must?: boolean }) {
  const { t } = useTranslation("app");
  const { message } = App.useApp();
  const text = useProblemText();
  const [present, setPresent] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const said = problem ? text(problem) : null;

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (next !== again) {
      setProblem(new Problem(422, "app.passwords_differ"));
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      await changePassword(present, next);
      message.success(t("password.changed"));
      onDone();
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <form className="stack" style={{ gap: 16 }} onSubmit={(event) => void submit(event)} noValidate>
      {must && (
        <Notice tone="wrap" title={t("password.must.title")}>
          {t("password.must.text")}
        </Notice>
      )}
      {said && (
        <Notice tone="busy" title={said.what}>
          {said.todo}
        </Notice>
      )}
      <Field label={t("password.present")} htmlFor="present">
        <Input.Password id="present" autoComplete="current-password" value={present} onChange={(event) => setPresent(event.target.value)} maxLength={256} />
      </Field>
      <Field label={t("password.new")} htmlFor="next" help={t("password.rule")}>
        <Input.Password id="next" autoComplete="new-password" value={next} onChange={(event) => setNext(event.target.value)} maxLength={256} />
      </Field>
      <Field label={t("password.again")} htmlFor="again">
        <Input.Password id="again" autoComplete="new-password" value={again} onChange={(event) => setAgain(event.target.value)} maxLength={256} />
      </Field>
      <Button type="primary" htmlType="submit" loading={busy} disabled={!present || !next || !again} block>
        {t("password.submit")}
      </Button>
    </form>
  );
}
