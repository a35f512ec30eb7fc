// My account: who I am here, my password, and what rooms add for each person (a second factor, a telephone).
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Facts, Page, Panel } from "@kit";
import { useMe } from "@lib/session";
import { Slot } from "@lib/slots";
import { PasswordForm } from "./password-form";

export default function AccountPage() {
  const { t } = useTranslation("app");
  // A form that has been sent begins anew.
  const [changed, setChanged] = useState(0);
  const me = useMe().data;
  if (!me) return null;
  return (
    <Page title={t("account.title")} lead={t("account.lead")}>
      <Panel title={t("account.person")}>
        <Facts
          items={[
            [t("sign_in.user"), me.number],
            [t("set_up.name"), me.name],
          ]}
        />
      </Panel>
      <div className="pair">
        <Panel title={t("password.change")}>
          <div style={{ maxWidth: 420 }}>
            <PasswordForm key={changed} onDone={() => setChanged(changed + 1)} />
          </div>
        </Panel>
        <Slot name="account.parts" />
      </div>
    </Page>
  );
}
