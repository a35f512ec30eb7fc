// One's own state, in the bar above every page: colour, icon, word and how long; the server decides what may follow.
import { App, Button, Dropdown, type MenuProps } from "antd";
import { ChevronDown, CircleCheck, CircleMinus, LogIn, LogOut, NotebookPen, PhoneOff } from "lucide-react";
import { useTranslation } from "react-i18next";
import { groupOf, lookOf, Mark, REASONS, Timer, useDeskWords, useProblemText } from "@kit";
import { doAtDesk, useDesk, type DeskAct } from "@lib/desk";
import { useHotkeys } from "@lib/hotkeys";
import { useMay } from "@lib/session";
import { ANSWER } from "./permissions";

const icon = (Icon: typeof CircleCheck) => <Icon size={16} aria-hidden />;

export default function DeskBar() {
  const { t } = useTranslation("calls");
  const { message } = App.useApp();
  const words = useDeskWords();
  const problem = useProblemText();
  const mayAnswer = useMay(ANSWER);
  const { data } = useDesk(mayAnswer);
  const own = data?.desk ?? null;
  const state = own?.desk.state ?? "signed_out";
  const signedIn = own !== null && state !== "signed_out";

  const act = (what: DeskAct) => void doAtDesk(what).catch((error: unknown) => message.error(problem(error).what));
  useHotkeys(
    {
      "alt+1": () => act({ act: "ready" }),
      "alt+2": () => act({ act: "not_ready", reason: "short_break" }),
      "alt+3": () => state === "after_call" && act({ act: "finish" }),
    },
    mayAnswer && signedIn,
  );
  if (!mayAnswer || !own) return null;

  const reason = own.desk.reason ?? null;
  const group = groupOf({ state, reason });
  const look = lookOf(group, reason);
  const word = group === "pause" && reason ? words.reason(reason) : words.state(group);
  const items: MenuProps["items"] = signedIn
    ? [
        ...(state === "after_call" ? [{ key: "finish", label: t("desk.finish"), icon: icon(NotebookPen) }] : []),
        { key: "ready", label: t("desk.ready"), icon: icon(CircleCheck), disabled: state === "ready" },
        { type: "group" as const, label: t("desk.not_ready"), children: REASONS.map((code) => ({ key: `reason.${code}`, label: words.reason(code), icon: icon(lookOf(groupOf({ state: "not_ready", reason: code }), code).icon as typeof CircleMinus), disabled: state === "not_ready" && reason === code })) },
        { type: "divider" as const },
        { key: "sign_out", label: t("desk.sign_out"), icon: icon(LogOut) },
      ]
    : [{ key: "sign_in", label: t("desk.sign_in"), icon: icon(LogIn) }];
  const choose = (key: string) => {
    if (key.startsWith("reason.")) act({ act: "not_ready", reason: key.slice("reason.".length) });
    else act({ act: key as "sign_in" | "sign_out" | "ready" | "finish" });
  };
  return (
    <span className="row tight">
      {signedIn && own.phone_reachable === false && (
        <Mark chip tone="busy" icon={PhoneOff}>
          {t("desk.unreachable")}
        </Mark>
      )}
      <Dropdown trigger={["click"]} menu={{ items, onClick: ({ key }) => choose(key) }}>
        <Button className="desk-state" data-tone={look.tone} aria-label={t("desk.label", { state: word })} title={signedIn ? t("desk.keys") : t("desk.sign_in_help")}>
          <Mark tone={look.tone} icon={look.icon}>
            {word}
            {group === "not_ready" && reason ? ` · ${words.reason(reason)}` : null}
          </Mark>
          {signedIn && own.since && <Timer since={own.since} />}
          <ChevronDown size={15} aria-hidden />
        </Button>
      </Dropdown>
    </span>
  );
}
