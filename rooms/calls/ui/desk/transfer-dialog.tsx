// Passing the caller on, or asking somebody first: a colleague, a queue, or a number outside; keyboard only if wanted.
import { Button, Input, Modal, Segmented } from "antd";
import { MessagesSquare, Network, PhoneForwarded, PhoneOutgoing, UserRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty, lookOf, Mark, useDeskWords } from "@kit";
import { useQueues } from "@lib/directory";
import type { DeskAct, OwnDesk, Towards } from "@lib/desk";
import { useColleagues } from "../api";
import { can } from "./act";

const KINDS = ["agent", "queue", "number"] as const;
type Kind = (typeof KINDS)[number];

/** What of a list fits what was typed: all words, wherever they stand. */
export function fitting<Item extends { label: string }>(items: Item[], typed: string): Item[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return items.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
}

interface Choice {
  key: string;
  label: string;
  to: Towards;
  state?: React.ReactNode;
}

export function TransferDialog({ own, act, onClose }: { own: OwnDesk; act: (what: DeskAct) => Promise<boolean>; onClose: () => void }) {
  const { t } = useTranslation("calls");
  const words = useDeskWords();
  const queues = useQueues();
  const colleagues = useColleagues();
  const [kind, setKind] = useState<Kind>("agent");
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const number = typed.replace(/[\s-]/g, "");

  const people: Choice[] = (colleagues.data ?? [])
    .filter((one) => one.agent !== own.agent)
    .map((one) => {
      const look = lookOf(one.state);
      return { key: one.agent, label: `${one.number} ${one.name}`, to: { agent: one.agent }, state: <Mark tone={look.tone} icon={look.icon}>{words.state(one.state)}</Mark> };
    });
  const found: Choice[] =
    kind === "number"
      ? /^\+?\d{3,}$/.test(number)
        ? [{ key: "number", label: number, to: { number } }]
        : []
      : fitting(kind === "agent" ? people : queues.all.map(({ id, name }) => ({ key: id, label: name, to: { queue: id } })), typed);
  const chosen = found[Math.min(at, found.length - 1)];
  const run = async (what: "transfer" | "consult") => {
    if (chosen && (await act({ act: what, to: chosen.to }))) onClose();
  };
  const move = (by: number) => setAt((now) => Math.max(0, Math.min(found.length - 1, now + by)));

  return (
    <Modal
      open
      title={t("desk.transfer.title", { number: own.caller ?? "" })}
      width={520}
      style={{ top: 72 }}
      onCancel={onClose}
      footer={
        <div className="row">
          <span className="muted grow" style={{ textAlign: "left" }}>
            {t("desk.transfer.help")}
          </span>
          <Button icon={<PhoneForwarded size={16} aria-hidden />} disabled={!chosen || !can(own, "transfer")} onClick={() => void run("transfer")}>
            {t("desk.transfer.blind")}
          </Button>
          <Button type="primary" icon={<MessagesSquare size={16} aria-hidden />} disabled={!chosen || !can(own, "consult")} onClick={() => void run("consult")}>
            {t("desk.transfer.ask_first")}
          </Button>
        </div>
      }
    >
      <div className="stack">
        <Segmented
          block
          value={kind}
          onChange={(value) => {
            setKind(value);
            setTyped("");
            setAt(0);
          }}
          options={KINDS.map((value) => ({ value, label: t(`desk.transfer.${value}`), icon: value === "agent" ? <UserRound size={15} aria-hidden /> : value === "queue" ? <Network size={15} aria-hidden /> : <PhoneOutgoing size={15} aria-hidden /> }))}
        />
        <Input
          autoFocus
          key={kind}
          value={typed}
          aria-label={t(`desk.transfer.find_${kind}`)}
          placeholder={t(`desk.transfer.find_${kind}`)}
          maxLength={40}
          onChange={(event) => {
            setTyped(event.target.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return;
            if (event.key === "ArrowDown") move(1);
            else if (event.key === "ArrowUp") move(-1);
            else if (event.key === "Enter" && chosen) void run(event.ctrlKey ? "transfer" : "consult");
            else return;
            event.preventDefault();
          }}
        />
        <ul className="pick" role="listbox" aria-label={t(`desk.transfer.${kind}`)}>
          {found.slice(0, 50).map((one, index) => (
            <li key={one.key} role="option" aria-selected={one === chosen} onClick={() => setAt(index)} onDoubleClick={() => void run("consult")}>
              <span>{one.label}</span>
              {one.state}
            </li>
          ))}
        </ul>
        {found.length === 0 && (
          <Empty icon={kind === "number" ? PhoneOutgoing : UserRound} title={t(`desk.transfer.none_${kind}`)}>
            {t(`desk.transfer.none_${kind}_todo`)}
          </Empty>
        )}
      </div>
    </Modal>
  );
}
