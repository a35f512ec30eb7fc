// Who is signed in, and what belongs to the person: the account, language and colours, the way out.
import { Button, Dropdown } from "antd";
import { Contrast, Keyboard, Languages, LogOut, UserRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { setLanguage } from "@lib/i18n";
import { signOut, type Me } from "@lib/session";
import { setTheme, type Theme } from "@lib/theme";
import { KeysDialog } from "./keys-dialog";
import { useOtherLanguage, useThemeItems } from "./switches";

export function PersonMenu({ person }: { person: Me }) {
  const { t } = useTranslation("app");
  const navigate = useNavigate();
  const themes = useThemeItems();
  const other = useOtherLanguage();
  const [keys, setKeys] = useState(false);
  const choose = (key: string) => {
    if (key === "account") void navigate("/account");
    else if (key === "keys") setKeys(true);
    else if (key === "language") void setLanguage(other);
    else if (key === "out") void signOut().then(() => navigate("/sign-in"));
    else setTheme(key as Theme);
  };
  return (
    <>
      <Dropdown
        trigger={["click"]}
        menu={{
          items: [
            { key: "account", label: t("account.title"), icon: <UserRound size={15} /> },
            { key: "keys", label: t("keys.title"), icon: <Keyboard size={15} /> },
            { key: "language", label: <span lang={other}>{t(`language.${other}`)}</span>, icon: <Languages size={15} /> },
            { key: "theme", label: t("theme.choose"), icon: <Contrast size={15} />, children: themes },
            { type: "divider" },
            { key: "out", label: t("sign_out"), icon: <LogOut size={15} /> },
          ],
          onClick: ({ key }) => choose(key),
        }}
      >
        <Button type="text" className="person" icon={<UserRound size={17} aria-hidden />}>
          {person.number} {person.name}
        </Button>
      </Dropdown>
      {keys && <KeysDialog onClose={() => setKeys(false)} />}
    </>
  );
}
