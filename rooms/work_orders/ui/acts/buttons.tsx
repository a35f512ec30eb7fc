// The buttons of an order: those the server names, what is barred greyed with its reason, the next step first.
import { App, Button, Dropdown, Upload } from "antd";
import { ChevronDown, Hourglass } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Mark, useProblemText } from "@kit";
import { attach, doAct, VERBS, type Allowed, type Attachment, type Order, type Verb } from "../api";
import { formOf } from "./asks";
import { CorrectDialog } from "./correct";
import { ActDialog } from "./dialog";
import { useWaiting } from "./undo";

/** What brings an order on, from the first step to the last; one of them is the button one looks for. */
const ONWARD: Verb[] = ["dispatch", "take", "arrive", "begin", "give_result", "resume", "approve", "close"];
/** What is done now and then stands behind one button. */
const RARE: Verb[] = ["merge", "correct", "void", "reopen", "evaluate_supervision", "extend", "refuse_time", "suspend"];

export function sorted(allowed: Allowed[]): { main: Allowed | null; often: Allowed[]; rare: Allowed[] } {
  const shown = allowed.filter(({ act, barred }) => act !== "attach" && act !== "follow" && act !== "part" && act !== "limit" && act !== "untold" && !(act === "refuse_time" && barred !== undefined)).sort((a, b) => VERBS.indexOf(a.act) - VERBS.indexOf(b.act));
  const main = ONWARD.map((verb) => shown.find((one) => one.act === verb && one.barred === undefined)).find((one) => one !== undefined) ?? null;
  const rest = shown.filter((one) => one !== main);
  // Where more time is never had nobody needs to be told so at every order.
  const seldom = ({ act, barred }: Allowed) => RARE.includes(act) || (act === "ask_time" && barred !== undefined);
  return { main, often: rest.filter((one) => !seldom(one)), rare: rest.filter(seldom) };
}

export function AttachButton({ order }: { order: Order }) {
  const { t } = useTranslation("work_orders");
  const { message } = App.useApp();
  const problemText = useProblemText();
  const [busy, setBusy] = useState(false);
  const send = async (file: File, what: Attachment["what"]) => {
    setBusy(true);
    try {
      await attach(order.id, what, file);
    } catch (error) {
      message.error(problemText(error).what);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Upload
      showUploadList={false}
      accept="image/jpeg,image/png,image/webp,application/pdf"
      beforeUpload={(file) => {
        void send(file, file.type === "application/pdf" ? "scan" : "photo");
        return false;
      }}
    >
      <Button size="small" loading={busy}>
        {t("act.attach")}
      </Button>
    </Upload>
  );
}

export function Acts({ order }: { order: Order }) {
  const { t } = useTranslation("work_orders");
  const { message } = App.useApp();
  const problemText = useProblemText();
  const [open, setOpen] = useState<Verb | null>(null);
  const [busy, setBusy] = useState<Verb | null>(null);
  const waits = useWaiting(order.id);
  if (waits)
    return (
      <Mark tone="wrap" icon={Hourglass}>
        {t("undo.waits")}
      </Mark>
    );
  const press = (verb: Verb) => {
    if (!formOf(verb, order).at_once) {
      setOpen(verb);
      return;
    }
    setBusy(verb);
    void doAct(order, { act: verb })
      .then(
        () => message.success(t("done", { act: t(`act.${verb}`) })),
        (error: unknown) => message.error(problemText(error).what),
      )
      .finally(() => setBusy(null));
  };
  const bar = (one: Allowed) => (one.barred === undefined ? undefined : t(`bar.${one.barred}` as "bar.bound"));
  const { main, often, rare } = sorted(order.allowed);
  const close = () => setOpen(null);
  return (
    <div className="row tight wrap order-acts">
      {main && (
        <Button type="primary" loading={busy === main.act} onClick={() => press(main.act)}>
          {t(`act.${main.act}`)}
        </Button>
      )}
      {often.map((one) => (
        <Button key={one.act} disabled={one.barred !== undefined} title={bar(one)} loading={busy === one.act} onClick={() => press(one.act)}>
          {t(`act.${one.act}`)}
        </Button>
      ))}
      {rare.length > 0 && (
        <Dropdown
          trigger={["click"]}
          menu={{
            items: rare.map((one) => ({ key: one.act, danger: one.act === "void", disabled: one.barred !== undefined, title: bar(one), label: one.barred ? `${t(`act.${one.act}`)}（${bar(one)}）` : t(`act.${one.act}`) })),
            onClick: ({ key }) => press(key as Verb),
          }}
        >
          <Button>
            {t("more")} <ChevronDown size={15} aria-hidden />
          </Button>
        </Dropdown>
      )}
      {open === "correct" ? <CorrectDialog order={order} onClose={close} /> : open && <ActDialog key={open} verb={open} order={order} onClose={close} />}
    </div>
  );
}
