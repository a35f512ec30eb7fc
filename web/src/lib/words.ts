// Words that a centre has written itself, in two languages.
import i18n from "i18next";

export interface Words {
  zh: string;
  en: string;
}

/** In the reader's language; Chinese where there is no English. */
export const said = (words: Words | undefined): string => (i18n.language === "en" && words?.en ? words.en : (words?.zh ?? ""));
