// The words of a centre's own configuration: those the product knows are said in the reader's language, others are shown as they are.
import { useTranslation } from "react-i18next";

/** `matter`: what units are there for; `tag`: by what a limit fits an order; `rule`: a limit that no standard has numbered. */
export type Vocabulary = "matter" | "tag" | "rule";

export function useKnown(vocabulary: Vocabulary): (word: string) => string {
  const { t, i18n } = useTranslation("app");
  return (word) => {
    const key = `known.${vocabulary}.${word}`;
    return i18n.exists(key, { ns: "app" }) ? (t(key as "known.matter.leak") as string) : word;
  };
}
