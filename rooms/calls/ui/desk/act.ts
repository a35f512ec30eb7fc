// Asking the server to do something at one's own desk, and saying why when it will not.
import { App } from "antd";
import { useCallback } from "react";
import { useProblemText } from "@kit";
import { queries } from "@lib/api";
import { DESK, doAtDesk, type DeskAct, type OwnDesk } from "@lib/desk";

/** What is chosen in after-call work ends it: the choice, and then the end. */
const choices: DeskAct["act"][] = ["ready", "not_ready", "sign_out"];

export function useAct(): (what: DeskAct) => Promise<boolean> {
  const { message } = App.useApp();
  const problem = useProblemText();
  return useCallback(
    async (what) => {
      try {
        const writing = queries.getQueryData(DESK.queryKey)?.desk?.desk.state === "after_call";
        await doAtDesk(what);
        if (writing && choices.includes(what.act)) await doAtDesk({ act: "finish" });
        return true;
      } catch (error) {
        const { what: said, todo } = problem(error);
        void message.error(todo ? `${said} ${todo}` : said);
        return false;
      }
    },
    [message, problem],
  );
}

/** Whether the server would take an act now; it keeps the table. */
export const can = (own: OwnDesk | null, act: DeskAct["act"]): boolean => own?.allowed.includes(act) ?? false;
