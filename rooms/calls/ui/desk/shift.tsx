// The calls of this shift, newest first: what goes on, and what was; a click shows its customer and its record.
import dayjs from "dayjs";
import { PhoneCall, PhoneOutgoing, Users } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty, Skeletons } from "@kit";
import { serverNow } from "@lib/clock";
import { clock } from "@lib/format";
import { otherSide, useCalls, type CallItem } from "../api";
import { Result } from "../result";

/** No shift is longer; a night shift's first calls are yesterday's. */
const SHIFT_MS = 12 * 3600_000;

function Row({ call, chosen, onChoose }: { call: CallItem; chosen: boolean; onChoose: () => void }) {
  const { t } = useTranslation("calls");
  const Icon = call.direction === "out" ? PhoneOutgoing : call.direction === "internal" ? Users : null;
  return (
    <li>
      <button type="button" className="shift-call" aria-current={chosen ? "true" : undefined} onClick={onChoose}>
        <span className="row tight">
          <b>{otherSide(call)}</b>
          {Icon && <Icon size={14} role="img" aria-label={t(`direction.${call.direction}`)} />}
        </span>
        <time dateTime={call.at} className="muted">
          {clock(call.at, false)}
        </time>
        <Result call={call} />
      </button>
    </li>
  );
}

export function Shift({ agent, live, chosen, onChoose }: { agent: string; live: string | null; chosen: string | null; onChoose: (call: string) => void }) {
  const { t } = useTranslation("calls");
  const [from] = useState(() => dayjs(serverNow() - SHIFT_MS).startOf("hour").toISOString());
  // A call's row comes a moment after the call.
  const calls = useCalls({ agent, from }, live ? 3_000 : 10_000);
  const items = calls.data?.items;
  const now = items?.filter((call) => call.id === live) ?? [];
  const rest = items?.filter((call) => call.id !== live) ?? [];
  if (!items) return <Skeletons lines={5} height={44} />;
  const list = (title: string, some: CallItem[]) =>
    some.length > 0 && (
      <section>
        <h2>{title}</h2>
        <ul>
          {some.map((call) => (
            <Row key={call.id} call={call} chosen={call.id === chosen} onChoose={() => onChoose(call.id)} />
          ))}
        </ul>
      </section>
    );
  return (
    <nav className="shift" aria-label={t("desk.shift.title")}>
      {list(t("desk.shift.now"), now)}
      {list(t("desk.shift.today", { count: rest.length }), rest)}
      {items.length === 0 && (
        <Empty icon={PhoneCall} title={t("desk.no_calls")}>
          {t("desk.no_calls_todo")}
        </Empty>
      )}
    </nav>
  );
}
