// One's own second factor: what it is, setting it up with an app on the telephone, taking it off.
import { App, Button, Input, QRCode } from "antd";
import { ShieldCheck, ShieldOff } from "lucide-react";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { Field, Mark, Notice, Panel, Skeletons, Trouble, useProblemText } from "@kit";
import { useMe } from "@lib/session";
import { offerSecondFactor, turnOffSecondFactor, turnOnSecondFactor, useSecondFactor, type Offered } from "./api";

/** First the password, then the picture and a code. */
function SetUp({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation("people");
  const problem = useProblemText();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [offered, setOffered] = useState<Offered | null>(null);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<unknown>(null);
  const said = failed ? problem(failed) : null;

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setFailed(null);
    try {
      if (offered) {
        await turnOnSecondFactor(code);
        onDone();
      } else setOffered(await offerSecondFactor(password));
    } catch (error) {
      setFailed(error);
      setCode("");
    } finally {
      setBusy(false);
    }
  }

  return (
    <form className="stack" style={{ gap: 16, maxWidth: 460 }} onSubmit={(event) => void submit(event)} noValidate>
      {said && (
        <Notice tone="busy" title={said.what}>
          {said.todo}
        </Notice>
      )}
      {offered ? (
        <>
          <p>{t("second_factor.scan")}</p>
          <div className="row wrap">
            <QRCode value={offered.address} size={176} type="svg" color="#000000" bgColor="#ffffff" aria-label={t("second_factor.picture")} />
            <span className="stack">
              <span className="muted">{t("second_factor.type")}</span>
              <code style={{ maxWidth: 220, overflowWrap: "anywhere" }}>{offered.secret.match(/.{1,4}/g)?.join(" ")}</code>
            </span>
          </div>
          <Field label={t("second_factor.code")} htmlFor="factor-code">
            <Input id="factor-code" autoFocus inputMode="numeric" autoComplete="one-time-code" maxLength={8} value={code} onChange={(event) => setCode(event.target.value.replace(/[^\d ]/g, ""))} style={{ width: 160 }} />
          </Field>
        </>
      ) : (
        <Field label={t("second_factor.password")} htmlFor="factor-password">
          <Input.Password id="factor-password" autoComplete="current-password" maxLength={256} value={password} onChange={(event) => setPassword(event.target.value)} />
        </Field>
      )}
      <Button type="primary" htmlType="submit" loading={busy} disabled={offered ? code.replace(/ /g, "").length < 6 : !password} style={{ justifySelf: "start" }}>
        {offered ? t("second_factor.turn_on") : t("second_factor.next")}
      </Button>
    </form>
  );
}

export default function SecondFactorPart() {
  const { t } = useTranslation("people");
  const { message } = App.useApp();
  const problem = useProblemText();
  const me = useMe();
  const factor = useSecondFactor();
  const [doing, setDoing] = useState<"on" | "off" | null>(null);
  const [password, setPassword] = useState("");
  if (factor.isError && !factor.data) return <Trouble error={factor.error} retry={() => void factor.refetch()} />;
  const { on, required } = factor.data ?? { on: false, required: false };
  const must = required && !on;
  const turnOff = async () => {
    try {
      await turnOffSecondFactor(password);
      setDoing(null);
      setPassword("");
    } catch (error) {
      void message.error(problem(error).what);
    }
  };
  return (
    <Panel
      title={t("second_factor.title")}
      extra={
        factor.data && (
          <Mark tone={on ? "ready" : "offline"} icon={on ? ShieldCheck : ShieldOff}>
            {on ? t("second_factor.on") : t("second_factor.off")}
          </Mark>
        )
      }
    >
      {!factor.data ? (
        <Skeletons lines={3} />
      ) : (
        <div className="stack" style={{ gap: 16 }}>
          {must ? <Notice tone="wrap" title={t("second_factor.must")}>{t("second_factor.must_todo")}</Notice> : <p className="soft">{t("second_factor.lead")}</p>}
          {must || doing === "on" ? (
            <SetUp
              onDone={() => {
                setDoing(null);
                void factor.refetch();
                void me.refetch();
                void message.success(t("second_factor.is_on"));
              }}
            />
          ) : !on ? (
            <Button onClick={() => setDoing("on")} style={{ justifySelf: "start" }}>
              {t("second_factor.set_up")}
            </Button>
          ) : required ? (
            <p className="muted">{t("second_factor.stays")}</p>
          ) : doing === "off" ? (
            <form
              className="row wrap"
              onSubmit={(event) => {
                event.preventDefault();
                void turnOff();
              }}
            >
              <Input.Password autoFocus aria-label={t("second_factor.password")} placeholder={t("second_factor.password")} autoComplete="current-password" maxLength={256} value={password} onChange={(event) => setPassword(event.target.value)} style={{ width: 260 }} />
              <Button danger htmlType="submit" disabled={!password}>
                {t("second_factor.turn_off")}
              </Button>
            </form>
          ) : (
            <Button onClick={() => setDoing("off")} style={{ justifySelf: "start" }}>
              {t("second_factor.turn_off")}
            </Button>
          )}
        </div>
      )}
    </Panel>
  );
}
