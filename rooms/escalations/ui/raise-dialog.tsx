// Calling for a superior: why, and in a few words what about.
import { Input } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Choose, Field } from "@kit";
import { EditDialog } from "@kit/dialog";
import { AT_ONCE, BY_HAND, raise, type Ground } from "./api";

export function RaiseDialog({ order, onClose }: { order: string; onClose: () => void }) {
  const { t } = useTranslation("escalations");
  const id = useId();
  const [ground, setGround] = useState<Ground>("emergency");
  const [words, setWords] = useState("");
  const least = AT_ONCE.includes(ground) ? 0 : 2;
  const grounds = BY_HAND.filter((one) => one !== "storm" && one !== "help");
  return (
    <EditDialog title={t("raise.title")} save={t("raise.send")} saved={t("raise.done")} ready={[...words.trim()].length >= least} onClose={onClose} onSave={() => raise({ ground, words: words.trim(), order })}>
      <Field label={t("raise.ground")} help={t("raise.ground_help")}>
        <Choose small label={t("raise.ground")} value={ground} items={grounds.map((key) => ({ key, label: t(`ground.${key}`) }))} onChoose={setGround} />
      </Field>
      <Field label={t("raise.words")} htmlFor={id} required={least > 0} help={t("raise.words_help")}>
        <Input.TextArea id={id} value={words} maxLength={500} autoSize={{ minRows: 2, maxRows: 6 }} onChange={(event) => setWords(event.target.value)} />
      </Field>
    </EditDialog>
  );
}
