// One entry that has not been sent: what it is, where it stands, why it was refused, and what may be done with it.
import { CloudUpload, OctagonX, PauseCircle, type LucideIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Mark, useProblemText, type Tone } from "@kit";
import { Problem } from "@lib/api";
import { moment } from "@lib/format";
import { open, stuck } from "./queue";
import type { Sync } from "./sync";
import { isFile, nameOf, type Entry, type What } from "./types";

const look: Record<Entry["standing"]["is"], { tone: Tone; icon: LucideIcon }> = {
  waiting: { tone: "wrap", icon: CloudUpload },
  refused: { tone: "busy", icon: OctagonX },
  aside: { tone: "offline", icon: PauseCircle },
};
/** What has no words of its own to change. */
const PLAIN = ["take", "begin", "resume", "photo", "signature"];

/** What was written, in one line. */
export function saidIn(what: What): string {
  if (isFile(what)) return what.file === "signature" ? what.name.replace(/\.png$/, "") : "";
  switch (what.act) {
    case "leave":
    case "arrive":
      return moment(what.at, false);
    case "estimate":
      return moment(what.until, false);
    case "ask_time":
      return what.reason;
    case "give_result":
      return `${what.result.cause} · ${what.result.action}`;
    case "note":
      return what.text;
    case "contact":
    case "answer_urge":
      return what.words;
    case "reply_supervision":
      return what.reply;
    case "send_back":
      return what.note;
    default:
      return "";
  }
}

export function EntryCard({ entry, sync, behind, underway, withOrder = false }: { entry: Entry; sync: Sync; behind: boolean; underway: boolean; withOrder?: boolean }) {
  const { t } = useTranslation("work_orders");
  const text = useProblemText();
  const [asks, setAsks] = useState(false);
  const { standing, what } = entry;
  const name = nameOf(what);
  const label = t(`field.act.${name}`);
  const { tone, icon } = look[standing.is];
  const why = standing.is === "waiting" ? null : standing.why;
  const said = why ? (why.code === "web.not_found" ? { what: t("field.gone.text"), todo: "" } : text(new Problem(why.status, why.code, why.params))) : null;
  const state = underway ? t("field.waiting.underway") : behind ? t("field.waiting.held") : t(`field.waiting.${standing.is}`);
  const mine = open(entry) && !underway;
  const may = mine || standing.is === "aside" || (stuck(entry) && !underway);
  return (
    <li className="crew-entry" data-standing={standing.is} data-act={name}>
      <div className="first">
        <b>{label}</b>
        <Mark tone={tone} icon={icon}>
          {state}
        </Mark>
      </div>
      <p className="muted">
        {withOrder && <Link to={`/field/${entry.order}`}>{t("field.waiting.order", { number: entry.number })}</Link>} {t("field.waiting.made", { at: moment(entry.made) })}
        {standing.is === "waiting" && standing.tries > 1 && ` · ${t("field.waiting.tries", { n: standing.tries })}`}
      </p>
      {saidIn(what) && <p className="clip">{saidIn(what)}</p>}
      {said && (
        <p className="why" role="alert">
          {said.what} {said.todo}
        </p>
      )}
      {may && !asks && (
        <div className="do">
          {mine && !PLAIN.includes(name) && (
            <Link className="crew-small" to={`/field/${entry.order}/${name}?entry=${entry.seq}`}>
              {t("field.waiting.mend")}
            </Link>
          )}
          {standing.is !== "waiting" && (
            <button type="button" className="crew-small" onClick={() => void sync.again(entry.seq)}>
              {t("field.waiting.again")}
            </button>
          )}
          {standing.is === "aside" && mine && (
            <button type="button" className="crew-small bad" onClick={() => setAsks(true)}>
              {t("field.waiting.throw")}
            </button>
          )}
          {standing.is !== "aside" && (
            <button type="button" className="crew-small" onClick={() => void sync.putAside(entry.seq)}>
              {t("field.waiting.aside_do")}
            </button>
          )}
        </div>
      )}
      {asks && (
        <div className="asks" role="alertdialog" aria-label={t("field.waiting.throw")}>
          <p>{t("field.waiting.throw_ask", { what: label, number: entry.number })}</p>
          <div className="do">
            <button type="button" className="crew-small" onClick={() => setAsks(false)}>
              {t("field.waiting.keep_it")}
            </button>
            <button type="button" className="crew-small bad" onClick={() => void sync.throwAway(entry)}>
              {t("field.waiting.throw_yes")}
            </button>
          </div>
        </div>
      )}
    </li>
  );
}
