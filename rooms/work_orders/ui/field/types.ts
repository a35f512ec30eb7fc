// What the field knows of an order, and what it has entered: as on the wire, and as it is kept on the telephone.
import type { Limit } from "../limits";

export type ReturnReason = "not_ours" | "insufficient" | "duplicate";
export const RETURN_REASONS: ReturnReason[] = ["not_ours", "insufficient", "duplicate"];

/** 回单 */
export interface Outcome {
  cause: string;
  action: string;
  done_at: string | null;
  person: string;
  told: string;
  evidence: string;
  substantiated: boolean | null;
}

/** What a crew does, as the server takes it. Times are those of doing, not of sending. */
export type FieldAct =
  | { act: "take" }
  | { act: "leave"; at: string }
  /** Latitude and longitude in millionths of a degree. */
  | { act: "arrive"; at: string; place: [number, number] | null }
  | { act: "begin" }
  | { act: "estimate"; until: string; reason: string }
  | { act: "contact"; words: string }
  | { act: "send_back"; reason: ReturnReason; note: string }
  | { act: "answer_urge"; words: string }
  | { act: "reply_supervision"; reply: string }
  | { act: "ask_time"; by: Limit; reason: string; told_customer: boolean; told: string }
  | { act: "give_result"; result: Outcome }
  | { act: "resume" }
  | { act: "note"; text: string };
/** The words of a configuration. */
export interface Words {
  zh: string;
  en: string;
}
/** What a sub-type is called, and what its fields are. */
export interface Subtype {
  code: string;
  title: Words;
  fields: { key: string; title: Words; kind: string; options: { key: string; title: Words }[] }[];
}
export type Subtypes = Record<string, Subtype>;

export type FieldVerb = FieldAct["act"];

export interface FileKept {
  file: "photo" | "signature";
  name: string;
  mime: string;
  bytes: number;
}
export type What = FieldAct | FileKept;

/** Why the server said no; `code` chooses the sentence. */
export interface Refused {
  status: number;
  code: string;
  params: Record<string, unknown>;
}

/** Where an entry stands. What has been sent is no entry any more. */
export type Standing =
  /** Not before `after` (ms). It went out `tries` times: from the first on the server may have it, so its words stay as they are. */
  | { is: "waiting"; tries: number; after: number }
  | { is: "refused"; why: Refused }
  /** Kept, and not sent, because the person said so. After `tries` the server may have it all the same. */
  | { is: "aside"; why: Refused | null; tries?: number };

/** Something that was entered. It is kept on the telephone before the page says so, and leaves it when the server has it. */
export interface Entry {
  /** In the order in which they were entered. */
  seq: number;
  /** The server does the same token once. */
  token: string;
  order: string;
  number: string;
  made: string;
  what: What;
  standing: Standing;
}

export interface Matter {
  kind: string;
  subtype: string;
  content: string;
  fields: Record<string, string>;
  urgency: "ordinary" | "important" | "urgent";
  danger: boolean;
  contact: { name: string; phone: string };
  address: string;
  area: string;
}
export interface Allowed {
  act: string;
  barred?: string;
}
export interface Urge {
  at: string;
  by: string;
  words: string;
  promise: string;
  answer: string | null;
}
export interface Supervision {
  at: string;
  grade: string;
  action: string;
  due: string;
  reply: string | null;
}
export interface Attachment {
  id: string;
  what: string;
  name: string;
  mime: string;
  bytes: number;
}
export interface ClockView {
  step: string;
  rule?: string;
  clock: string;
  since: string;
  due: string;
  standing: "running" | "kept" | "broken" | "withdrawn";
}
export interface StepView {
  seq: number;
  at: string;
  who: string | null;
  verb: string;
  act: ({ act: string } & Record<string, unknown>) | null;
}

/** A line of the list. */
export interface OrderLine {
  id: string;
  number: string;
  subtype: string;
  state: string;
  due: string | null;
  due_step: string | null;
  promised_since: string | null;
  promised: string | null;
  danger: boolean;
  important: boolean;
  urges: number;
  /** More time that the unit has asked for and nobody has answered; absent where the telephone kept it before there was such a thing. */
  time_asked?: TimeAsked | null;
  version: number;
}
export interface TimeAsked {
  by: Limit;
  reason: string;
  /** Until when it is to be answered; null: it has not been sent. */
  due: string | null;
}

/** One order, with everything that a crew needs of it. */
export interface Order extends OrderLine {
  accepted_at: string;
  matter: Matter;
  whole: boolean;
  left_at: string | null;
  arrived_at: string | null;
  estimate: string | null;
  result: Outcome | null;
  urged: Urge[];
  supervisions: Supervision[];
  attachments: Attachment[];
  clocks: ClockView[];
  steps: StepView[];
  /** How much more time may be had at most. */
  more_time?: Limit | null;
  allowed: Allowed[];
}

export const isFile = (what: What): what is FileKept => "file" in what;
/** `arrive`, `photo`: by what an entry is called. */
export const nameOf = (what: What): FieldVerb | FileKept["file"] => (isFile(what) ? what.file : what.act);
