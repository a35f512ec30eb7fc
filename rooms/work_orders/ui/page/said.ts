// One line of an order's history in parts: what was said, and what it names.
import type { Step } from "../api";
import type { Limit } from "../limits";

/** What people wrote, in the order in which it is read. */
const WORDS = ["note", "why", "words", "reason", "action", "text", "reply", "evaluation", "promise", "told"] as const;

export interface Said {
  /** In people's own words. */
  words: string[];
  unit: string | null;
  person: string | null;
  /** An instant that was named: an arrival, an estimate. */
  at: string | null;
  /** A day. */
  day: string | null;
  /** Keys of messages: `satisfaction.fair`, `grade.daily`. */
  terms: string[];
  order: string | null;
  /** How much more time. */
  limit: Limit | null;
}

const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

export function saidIn(step: Step): Said {
  const act = step.act as Record<string, unknown> | null;
  const none: Said = { words: [], unit: null, person: null, at: null, day: null, terms: [], order: null, limit: null };
  if (!act) return none;
  const coded = step.verb === "send_back" || step.verb === "supervise";
  const terms = [
    text(act.satisfaction) && `satisfaction.${String(act.satisfaction)}`,
    text(act.grade) && `grade.${String(act.grade)}`,
    step.verb === "send_back" && text(act.reason) && `return_reason.${String(act.reason)}`,
    step.verb === "supervise" && text(act.reason) && `supervision_reason.${String(act.reason)}`,
    step.verb === "urge" && text(act.by) && `urged_by.${String(act.by)}`,
    act.binding === true && "ask.binding",
    act.new_facts === true && "ask.new_facts",
    act.automatic === true && "ask.automatic",
    step.verb === "ask_time" && (act.told_customer === true ? "ask.told_said" : "ask.told_not"),
  ].filter((term): term is string => typeof term === "string" && term !== "");
  const until = text(act.until);
  return {
    words: WORDS.filter((key) => !(coded && key === "reason")).map((key) => text(act[key])).filter((said) => said !== null),
    unit: step.verb === "dispatch" || step.verb === "redispatch" ? text(act.unit) : null,
    person: step.verb === "take" || step.verb === "assign" ? text(act.by) : null,
    at: text(act.at) ?? (until?.includes("T") ? until : null),
    day: until && !until.includes("T") ? until : null,
    terms,
    order: text(act.master),
    limit: step.verb === "ask_time" || step.verb === "extend" ? (act.by as Limit) : null,
  };
}
