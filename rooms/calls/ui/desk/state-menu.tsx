// One's own state in the bar: colour, icon, word and how long; what may be chosen, now or for after the call.
import { Button, Dropdown, type MenuProps } from "antd";
import { ChevronDown, CircleCheck, Laptop, LogIn, LogOut, NotebookPen, Phone } from "lucide-react";
import { useTranslation } from "react-i18next";
import { groupOf, lookOf, Mark, Timer, useDeskWords, useReasonCodes } from "@kit";
import type { DeskAct, OwnDesk } from "@lib/desk";
import { clock, moment } from "@lib/format";
import { keyLabel, useKeys, type KeyAct } from "@lib/keys";
import { can } from "./act";

/** The states that have a key, in the order of the keys. */
export const STATE_KEYS: { key: KeyAct; act: DeskAct }[] = [
  { key: "ready", act: { act: "ready" } },
  ...(["short_break", "meal", "training", "meeting", "callback"] as const).map((reason) => ({ key: reason, act: { act: "not_ready" as const, reason } })),
];

const ON_A_CALL = ["ringing", "talking", "holding"];

export function StateMenu({ own, act }: { own: OwnDesk; act: (what: DeskAct) => void }) {
  const { t } = useTranslation("calls");
  const words = useDeskWords();
  const codes = useReasonCodes();
  const keys = useKeys();
  const { state } = own.desk;
  const reason = own.desk.reason ?? null;
  const group = groupOf({ state, reason });
  const look = lookOf(group, reason);
  const word = group === "pause" && reason ? words.reason(reason) : words.state(group);
  const limit = own.limit ? [t("desk.limit.until", { at: clock(own.limit, false) }), own.spells !== null && own.spells_max !== null ? t("desk.limit.spells", { now: own.spells, most: own.spells_max }) : ""].filter(Boolean).join(" · ") : undefined;
  const signedIn = state !== "signed_out";
  const { next } = own;
  // What nobody can choose, such as having just signed in, is no word for what comes.
  const nextWord = next && (next.reason && codes.includes(next.reason) ? words.reason(next.reason) : words.state(next.state));
  const hint = (key: KeyAct) => <kbd>{keyLabel(keys[key])}</kbd>;
  const hinted = (label: string, key: KeyAct | undefined) => (
    <span className="row tight between">
      {label}
      {key && hint(key)}
    </span>
  );
  const stopped = own.storm?.breaks_refused ?? [];
  const icon = (Icon: typeof CircleCheck) => <Icon size={16} aria-hidden />;
  const choices: MenuProps["items"] = [
    { key: "ready", label: hinted(t("desk.ready"), "ready"), icon: icon(CircleCheck), disabled: state === "ready" },
    {
      type: "group",
      label: t("desk.not_ready"),
      children: codes.map((code) => ({
        key: `reason.${code}`,
        label: hinted(words.reason(code), STATE_KEYS.find(({ key }) => key === code)?.key),
        icon: icon(lookOf(groupOf({ state: "not_ready", reason: code }), code).icon),
        disabled: (state === "not_ready" && reason === code) || stopped.includes(code),
        title: stopped.includes(code) ? t(own.storm?.until ? "refusal.breaks_stopped" : "refusal.breaks_stopped_for_now", { until: moment(own.storm?.until ?? "", false) }) : undefined,
      })),
    },
  ];
  const devices: MenuProps["items"] = can(own, "use_device")
    ? [
        { type: "divider" },
        {
          type: "group",
          label: t("desk.device.title"),
          children: (["browser", "telephone"] as const).map((device) => ({ key: `device.${device}`, label: t(`desk.device.${device}`), icon: icon(device === "browser" ? Laptop : Phone), disabled: own.device === device })),
        },
      ]
    : [];
  const items: MenuProps["items"] = signedIn
    ? [
        ...(ON_A_CALL.includes(state) ? [{ type: "group" as const, label: t("desk.after_this_call"), children: choices as { key: string }[] }] : []),
        ...(state === "after_call" ? [{ key: "finish", label: t("desk.finish"), icon: icon(NotebookPen) }] : []),
        ...(ON_A_CALL.includes(state) ? [] : choices),
        ...devices,
        { type: "divider" as const },
        { key: "sign_out", label: t("desk.sign_out"), icon: icon(LogOut) },
      ]
    : [{ key: "sign_in", label: t("desk.sign_in"), icon: icon(LogIn) }, ...devices];
  const choose = (key: string) => {
    const [kind, what] = key.split(".");
    if (kind === "reason" && what) act({ act: "not_ready", reason: what });
    else if (kind === "device") act({ act: "use_device", device: what === "browser" ? "browser" : "telephone" });
    else act({ act: key as "sign_in" | "sign_out" | "ready" | "finish" });
  };
  return (
    <Dropdown trigger={["click"]} menu={{ items, onClick: ({ key }) => choose(key), style: { minWidth: 200 } }}>
      <Button className="desk-state" data-tone={look.tone} data-over={own.over_limit} aria-label={t("desk.label", { state: word })} title={signedIn ? limit : t("desk.sign_in_help")}>
        <span className="desk-state-words">
          <Mark tone={look.tone} icon={look.icon}>
            {word}
          </Mark>
          {group === "not_ready" && reason && <small>{words.reason(reason)}</small>}
          {own.parked_until && <small>{t("desk.parked")}</small>}
          {next && <small>{t("desk.then", { state: nextWord })}</small>}
        </span>
        {signedIn && own.since && <Timer since={own.since} />}
        <ChevronDown size={15} aria-hidden />
      </Button>
    </Dropdown>
  );
}
