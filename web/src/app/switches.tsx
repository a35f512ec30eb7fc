// Language and colours: as buttons before somebody has signed in, in the person's menu afterwards.
import { Button, Dropdown, Tooltip, type MenuProps } from "antd";
import { Check, Contrast, Languages, Moon, Sun } from "lucide-react";
import { useTranslation } from "react-i18next";
import { LANGUAGES, setLanguage, type Language } from "@lib/i18n";
import { setTheme, THEMES, useTheme, type Theme } from "@lib/theme";

const themeIcon = { light: Sun, dark: Moon, contrast: Contrast };

/** The colours to choose from, the chosen one ticked. */
export function useThemeItems(): NonNullable<MenuProps["items"]> {
  const { t } = useTranslation("app");
  const theme = useTheme();
  return THEMES.map((key) => ({ key, label: t(`theme.${key}`), icon: key === theme ? <Check size={15} /> : <span style={{ width: 15, display: "inline-block" }} /> }));
}

export function useOtherLanguage(): Language {
  const { i18n } = useTranslation("app");
  return LANGUAGES.find((language) => language !== i18n.language) as Language;
}

export function ThemeSwitch() {
  const { t } = useTranslation("app");
  const Icon = themeIcon[useTheme()];
  const items = useThemeItems();
  return (
    <Dropdown trigger={["click"]} menu={{ items, onClick: ({ key }) => setTheme(key as Theme) }}>
      <Button type="text" aria-label={t("theme.choose")} icon={<Icon size={18} aria-hidden />} />
    </Dropdown>
  );
}

export function LanguageSwitch() {
  const { t } = useTranslation("app");
  const other = useOtherLanguage();
  return (
    <Tooltip title={t("language.switch")}>
      <Button type="text" lang={other} onClick={() => void setLanguage(other)} icon={<Languages size={17} aria-hidden />}>
        {t(`language.${other}`)}
      </Button>
    </Tooltip>
  );
}
