// What an outage of a class usually is, until somebody says otherwise.
import dayjs from "dayjs";
import { serverNow } from "@lib/clock";
import type { Cause, Class, Plan } from "./api";

const CAUSE: Record<Class, Cause> = { planned: "maintenance", temporary: "construction", fault: "unknown", arrears: "arrears", breach: "breach" };
/** Days ahead, so that what the law wants can still be done. */
const AHEAD: Record<Exclude<Class, "fault">, number> = { planned: 8, temporary: 2, arrears: 8, breach: 2 };

/** A fault is going on, and nobody knows yet for how long; everything else takes a working day that is still to come. */
export function usual(of: Class): Pick<Plan, "class" | "cause" | "starts" | "ends"> {
  const now = dayjs(serverNow()).second(0).millisecond(0);
  if (of === "fault") return { class: of, cause: CAUSE[of], starts: now.toISOString(), ends: null };
  const day = now.add(AHEAD[of], "day").startOf("day");
  return { class: of, cause: CAUSE[of], starts: day.hour(8).toISOString(), ends: day.hour(17).toISOString() };
}
