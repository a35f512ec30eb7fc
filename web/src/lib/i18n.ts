// Every word on the screen comes from a message file: the app's in src/messages, a room's in rooms/<room>/ui/messages.
import dayjs from "dayjs";
import "dayjs/locale/zh-cn";
import i18n from "i18next";
import { initReactI18next } from "react-i18next";

export type Language = "zh-CN" | "en";
export const LANGUAGES: Language[] = ["zh-CN", "en"];

type Messages = Record<string, unknown>;
interface File {
  default: Messages;
}
// Chinese is in the first load; English comes when somebody asks for it.
const chinese = {
  ...import.meta.glob<File>("../messages/zh-CN.json", { eager: true }),
  ...import.meta.glob<File>("../../../rooms/*/ui/messages/zh-CN.json", { eager: true }),
};
const english = {
  ...import.meta.glob<File>("../messages/en.json"),
  ...import.meta.glob<File>("../../../rooms/*/ui/messages/en.json"),
};

/** `../../../rooms/calls/ui/messages/en.json` → `calls`; the app's own → `app`. */
export function namespaceOf(path: string): string {
  return /rooms\/([a-z_]+)\/ui\//.exec(path)?.[1] ?? "app";
}

function chosen(): Language {
  try {
    return localStorage.getItem("language") === "en" ? "en" : "zh-CN";
  } catch {
    return "zh-CN";
  }
}

export async function setLanguage(language: Language): Promise<void> {
  if (language === "en") {
    await Promise.all(
      Object.entries(english).map(async ([path, load]) => {
        i18n.addResourceBundle("en", namespaceOf(path), (await load()).default, true, true);
      }),
    );
  }
  await i18n.changeLanguage(language);
  dayjs.locale(language === "en" ? "en" : "zh-cn");
  document.documentElement.lang = language;
  try {
    localStorage.setItem("language", language);
  } catch {
    // A browser that keeps nothing starts in Chinese next time.
  }
}

export async function startI18n(): Promise<void> {
  await i18n.use(initReactI18next).init({
    lng: "zh-CN",
    fallbackLng: "zh-CN",
    defaultNS: "app",
    fallbackNS: "app",
    resources: {
      "zh-CN": Object.fromEntries(Object.entries(chinese).map(([path, file]) => [namespaceOf(path), file.default])) as never,
    },
    interpolation: { escapeValue: false },
    returnNull: false,
    showSupportNotice: false,
  });
  if (chosen() === "en") await setLanguage("en");
  else document.documentElement.lang = "zh-CN";
}
