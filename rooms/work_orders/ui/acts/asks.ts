// What each act asks for: one table, from which the dialogs are made.
import { GRADES, RETURN_REASONS, SATISFACTIONS, SUPERVISION_REASONS, type Act, type Order, type Verb } from "../api";
import { keyOf, limitOf } from "../limits";
import { isOver } from "../time/answer";

export type Answer = string | boolean | number | null;
export type Answers = Record<string, Answer>;
interface Common {
  key: string;
  required?: boolean;
  /** A key of `help.`. */
  help?: string;
  /** A key of `ask.` that depends on what has been answered; otherwise its own. */
  label?: (answers: Answers) => string;
}
export type Ask =
  | (Common & { kind: "line" | "text"; least?: number; most: number })
  | (Common & { kind: "unit" | "person" | "moment" | "day" | "number" | "limit" | "more" })
  | (Common & { kind: "choice"; options: readonly string[]; words: string })
  | (Common & { kind: "check" });

interface Form {
  asks: Ask[];
  /** Nothing is asked: pressing is doing. */
  at_once?: boolean;
  /** It can be taken back for a while, because it is sent only then. */
  undo?: boolean;
  dangerous?: boolean;
}

const text = (key: string, least: number, most: number, help?: string): Ask => ({ key, kind: "text", required: least > 0, least, most, ...(help ? { help } : {}) });
const choice = (key: string, options: readonly string[], words: string): Ask => ({ key, kind: "choice", options, words, required: true });

/** How a customer's rating is asked for; before there was a call-back there is none. */
const RATING = choice("satisfaction", SATISFACTIONS, "satisfaction");

type Asked = Pick<Order, "state" | "kind"> & Partial<Pick<Order, "more_time" | "matter">>;

/** Somebody who can be told of it. */
const isCalled = ({ matter }: Asked): boolean => matter === undefined || (matter.privacy === "open" && /\d/.test(matter.contact.phone));

export function formOf(verb: Verb, order: Asked): Form {
  switch (verb) {
    case "dispatch":
      return { undo: true, asks: [{ key: "unit", kind: "unit", required: true }, text("note", 0, 500), { key: "binding", kind: "check", help: "binding" }] };
    case "redispatch":
      return { asks: [{ key: "unit", kind: "unit", required: true }, text("why", 2, 200)] };
    case "send_back":
      return { dangerous: true, asks: [choice("reason", RETURN_REASONS, "return_reason"), text("note", 4, 500, "send_back")] };
    case "take":
    case "begin":
    case "resume":
    case "review":
      return { at_once: true, asks: [] };
    case "assign":
      return { asks: [{ key: "by", kind: "person", required: true }] };
    case "leave":
    case "arrive":
      return { asks: [{ key: "at", kind: "moment", required: true, help: "past" }] };
    case "estimate":
      return { asks: [{ key: "until", kind: "moment", required: true }, { key: "reason", kind: "line", most: 200, help: "estimate_reason" }] };
    case "contact":
      return { asks: [text("words", 4, 500, "contact")] };
    case "suspend":
      return { asks: [{ key: "until", kind: "day", required: true, help: "suspend" }, text("reason", 4, 200)] };
    case "extend":
      return { asks: [{ key: "more", kind: order.more_time ? "more" : "limit", required: true, help: "extend" }, text("reason", 4, 200, "extend_reason")] };
    case "ask_time": {
      const told: Ask[] = isCalled(order)
        ? [{ ...choice("told_customer", ["yes", "no"], "told"), help: "told_customer" }, { ...text("told", 4, 500), label: ({ told_customer }) => (told_customer === "no" ? "told_not" : "told_said") }]
        : [];
      return { asks: [{ key: "more", kind: order.more_time ? "more" : "limit", required: true, help: "ask_time" }, text("reason", 4, 200, "ask_time_reason"), ...told] };
    }
    case "refuse_time":
      return { asks: [text("reason", 4, 200, "refuse_time")] };
    case "give_result":
      return {
        asks: [
          text("cause", 4, 2000, "cause"),
          text("action", 8, 2000, "action"),
          { key: "done_at", kind: "moment", required: true, help: "past" },
          { key: "person", kind: "line", required: true, least: 1, most: 200 },
          ...(order.kind === "complaint" || order.kind === "report" ? [choice("substantiated", ["yes", "no"], "yes_no")] : []),
          text("told", 0, 2000),
          text("evidence", 0, 2000, "evidence"),
        ],
      };
    case "approve":
      return { undo: true, asks: [text("note", 0, 500)] };
    case "refuse_result":
      return { asks: [text("why", 4, 500, "refuse_result")] };
    case "close":
      return { undo: true, asks: [...(order.state === "to_call_back" ? [RATING] : []), text("note", 2, 1000, order.state === "to_call_back" ? "close_called" : "close_answered")] };
    case "reopen":
      return { asks: [text("why", 4, 500, "reopen"), { key: "automatic", kind: "check" }] };
    case "merge":
      return { asks: [{ key: "master", kind: "number", required: true, help: "merge" }] };
    case "void":
      return { dangerous: true, asks: [text("why", 4, 200, "void")] };
    case "urge":
      return { asks: [choice("by", ["customer", "agent"], "urged_by"), text("words", 2, 500, "urge"), { key: "promise", kind: "line", most: 200, help: "urge_promise" }, { key: "new_facts", kind: "check" }] };
    case "answer_urge":
      return { asks: [text("words", 4, 500)] };
    case "supervise":
      return { asks: [choice("grade", GRADES, "grade"), choice("reason", SUPERVISION_REASONS.filter((reason) => reason !== "urged" && reason !== "unanswered"), "supervision_reason"), text("action", 4, 500, "supervise")] };
    case "reply_supervision":
      return { asks: [text("reply", 8, 1000)] };
    case "evaluate_supervision":
      return { asks: [text("evaluation", 2, 500)] };
    case "note":
      return { asks: [text("text", 1, 1000)] };
    case "correct":
    case "attach":
    case "part":
    case "follow":
    case "limit":
    case "untold":
      return { asks: [] };
  }
}

/** What stands there before anybody has answered. */
export function beginning(asks: Ask[], now: string, person: string): Answers {
  const first = (ask: Ask): Answer => {
    if (ask.kind === "check") return false;
    if (ask.kind === "moment") return ask.help === "past" ? now : null;
    if (ask.key === "by" && ask.kind === "choice") return "customer";
    if (ask.key === "grade") return "daily";
    if (ask.key === "person") return person;
    return ask.kind === "text" || ask.kind === "line" || ask.kind === "number" ? "" : null;
  };
  return Object.fromEntries(asks.map((ask) => [ask.key, first(ask)]));
}

/** With what the unit has asked for where that is answered, while it still lies ahead. */
export function begun(verb: Verb, answers: Answers, order: Pick<Order, "time_asked">, now: number): Answers {
  const asked = verb === "extend" ? order.time_asked : null;
  return asked ? { ...answers, more: isOver(asked, now) ? null : keyOf(asked.by), reason: asked.reason } : answers;
}

/** Whether everything that is needed has been said. */
export function isReady(asks: Ask[], answers: Answers): boolean {
  return asks.every((ask) => {
    const answer = answers[ask.key];
    if (ask.kind === "text" || ask.kind === "line") {
      const length = typeof answer === "string" ? [...answer.trim()].length : 0;
      return length >= (ask.least ?? 0) && length <= ask.most;
    }
    return !ask.required || (answer !== null && answer !== undefined && answer !== "");
  });
}

/** The act as the server takes it. `master` is the id behind the number that was typed. */
export function actOf(verb: Verb, answers: Answers, master?: string): Act {
  const said = Object.fromEntries(Object.entries(answers).map(([key, answer]) => [key, typeof answer === "string" ? answer.trim() : answer]));
  switch (verb) {
    case "give_result":
      return { act: verb, result: { ...said, substantiated: said.substantiated === undefined || said.substantiated === null ? null : said.substantiated === "yes" } };
    case "merge":
      return { act: verb, master };
    case "extend":
      return { act: verb, by: limitOf(String(said.more)), reason: said.reason };
    case "ask_time":
      return { act: verb, by: limitOf(String(said.more)), reason: said.reason, told_customer: said.told_customer === "yes", told: said.told ?? "" };
    default:
      return { act: verb, ...said };
  }
}
