// Asking the server to do something at one's own desk, and saying why when it will not.
import { App } from "antd";
import { useCallback } from "react";
import { useProblemText } from "@kit";
import { doAtDesk, type DeskAct, type OwnDesk } from "@lib/desk";

export function useAct(): (what: DeskAct) => Promise<boolean> {
  const { message } = App.useApp();
  const problem = useProblemText();
  return useCallback(
    async (what) => {
      try {
        await doAtDesk(what);
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

const IN: Partial<Record<DeskAct["act"], string[]>> = { hold: ["talking"], resume: ["holding"], hang_up: ["talking", "holding"], transfer: ["talking", "holding"], decline: ["ringing"], extend: ["after_call"] };

/** Whether the server would take an act now. */
export const can = (own: OwnDesk | null, act: DeskAct["act"]): boolean => own?.allowed?.includes(act) ?? IN[act]?.includes(own?.desk.state ?? "") ?? false;
