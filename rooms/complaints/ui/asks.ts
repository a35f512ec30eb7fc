// What each act of the committee asks for, and the act that is made of the answers.
import { CAUSES, LEVELS, VERDICTS, type Act, type Case, type Verb } from "./api";

export type Answers = Record<string, string | string[] | null>;
interface Common {
  key: string;
  required?: boolean;
  /** Fewer characters are refused. */
  least?: number;
}
export type Ask = Common & ({ kind: "text"; most: number } | { kind: "choice"; words: "level" | "verdict" | "cause" | "agrees"; options: readonly string[] } | { kind: "unit" | "units" | "persons" | "exhibit" });

const text = (key: string, least: number, most = 1000): Ask => ({ key, kind: "text", least, most, required: true });

export function asksOf(verb: Verb): Ask[] {
  switch (verb) {
    case "accept":
      return [];
    case "set_level":
      return [{ key: "level", kind: "choice", words: "level", options: LEVELS, required: true }, text("why", 2, 500)];
    case "involve":
      return [{ key: "persons", kind: "persons" }, { key: "units", kind: "units" }, text("why", 4, 500)];
    case "liaise":
      return [text("words", 4, 500)];
    case "reassign":
      return [{ key: "unit", kind: "unit", required: true }, text("why", 4, 200)];
    case "add_evidence":
      return [{ key: "exhibit", kind: "exhibit", required: true }];
    case "investigate":
      return [{ key: "verdict", kind: "choice", words: "verdict", options: VERDICTS, required: true }, text("words", 10, 2000)];
    case "review":
      return [{ key: "agrees", kind: "choice", words: "agrees", options: ["yes", "no"], required: true }, text("words", 2)];
    case "feed_back":
      return [text("customer", 8), text("unit", 4)];
    case "analyse":
      return [{ key: "cause", kind: "choice", words: "cause", options: CAUSES, required: true }, text("lesson", 4), text("measure", 4)];
  }
}

export function beginning(verb: Verb, of: Pick<Case, "level" | "unit" | "misdirected">): Answers {
  const answers: Answers = Object.fromEntries(asksOf(verb).map((ask) => [ask.key, ask.kind === "persons" || ask.kind === "units" ? [] : null]));
  if (verb === "set_level") answers.level = of.level;
  if (verb === "reassign" && !of.misdirected) answers.unit = of.unit;
  return answers;
}

const said = (answer: string | string[] | null | undefined): string => (typeof answer === "string" ? answer.trim() : "");

export function isReady(verb: Verb, answers: Answers): boolean {
  if (verb === "involve" && !answers.persons?.length && !answers.units?.length) return false;
  if (verb === "review" && answers.agrees === "no" && said(answers.words).length < 8) return false;
  return asksOf(verb).every((ask) => {
    const answer = answers[ask.key];
    if (!ask.required) return true;
    if (ask.kind === "text") return [...said(answer)].length >= (ask.least ?? 1);
    if (ask.kind === "exhibit") return exhibitOf(said(answer)) !== null;
    return said(answer) !== "";
  });
}

/** A call's id, a file's id, or words. */
export function exhibitOf(answer: string) {
  if (/^ca_[0-9a-z]{1,13}$/.test(answer)) return { what: "call" as const, call: answer };
  if (/^at_[0-9a-z]{1,13}$/.test(answer)) return { what: "file" as const, attachment: answer };
  return [...answer].length >= 4 ? { what: "words" as const, text: answer } : null;
}

export function actOf(verb: Verb, answers: Answers): Act {
  const act: Act = { act: verb };
  for (const ask of asksOf(verb)) {
    const answer = answers[ask.key];
    if (ask.kind === "exhibit") act.exhibit = exhibitOf(said(answer));
    else if (ask.key === "agrees") act.agrees = answer === "yes";
    else act[ask.key] = Array.isArray(answer) ? answer : said(answer);
  }
  return act;
}
