// Why it began and who switched it, in words: what somebody wrote, or the signs by which it began by itself.
import { useTranslation } from "react-i18next";
import { useAgents } from "@lib/directory";
import { SIGNS, type Sign, type Storm } from "./api";

const isSign = (word: string): word is Sign => (SIGNS as readonly string[]).includes(word);

export function useWhy(): { began: (storm: Storm) => string; ended: (storm: Storm) => string } {
  const { t } = useTranslation("storms");
  return {
    began: ({ began_by, began_why }) => (began_by ? began_why : t("why.by_threshold", { signs: began_why.split(" ").filter(isSign).map((sign) => t(`sign.${sign}`)).join(t("comma")) })),
    ended: ({ ended_by, ended_why }) => (ended_by ? (ended_why ?? "") : t("why.calm")),
  };
}

/** Who switched it: a person whom nobody knows any more is a person all the same, and not the thresholds. */
export function useWho(): (by: string | null) => string {
  const { t } = useTranslation("storms");
  const people = useAgents();
  return (by) => (by === null ? t("why.thresholds") : (people.name(by) ?? t("why.somebody")));
}
