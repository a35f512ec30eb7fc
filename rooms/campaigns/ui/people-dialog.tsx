// People are put into a campaign: numbers by hand, or a table.
import { Button, Input, Upload } from "antd";
import { Upload as UploadIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Field, Notice, useProblemText } from "@kit";
import { EditDialog } from "@kit/dialog";
import { Problem } from "@lib/api";
import { addPeople, importPeople, type Added } from "./api";
import { numbersIn } from "./numbers";

export function PeopleDialog({ campaign, onClose }: { campaign: string; onClose: () => void }) {
  const { t } = useTranslation("campaigns");
  const problem = useProblemText();
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<unknown>(null);
  const [added, setAdded] = useState<Added | null>(null);
  const numbers = numbersIn(text);
  const take = (file: File) => {
    setBusy(true);
    setFailed(null);
    setAdded(null);
    importPeople(campaign, file).then(setAdded).catch(setFailed).finally(() => setBusy(false));
  };
  return (
    <EditDialog title={t("people.title")} width={640} ready={numbers.length > 0} save={t("people.add", { count: numbers.length })} saved={t("people.added")} onClose={onClose} onSave={() => addPeople(campaign, numbers)}>
      {failed ? <Notice tone="busy" title={problem(failed).what} /> : null}
      {added && (
        <Notice tone={added.left_out_count > 0 ? "wrap" : "ready"} title={t("people.taken", { taken: added.taken, known: added.known, left: added.left_out_count })}>
          {added.left_out.slice(0, 5).map(({ row, why: { code, ...params } }) => (
            <div key={row}>{t("people.row", { row, why: problem(new Problem(422, `campaigns.${code}`, params)).what })}</div>
          ))}
        </Notice>
      )}
      <Field label={t("people.file")} help={t("people.help_file")}>
        <Upload
          accept=".xlsx,.csv"
          showUploadList={false}
          beforeUpload={(file) => {
            take(file);
            return false;
          }}
        >
          <Button loading={busy} icon={<UploadIcon size={16} aria-hidden />}>{t("people.choose")}</Button>
        </Upload>
      </Field>
      <Field label={t("people.by_hand")} htmlFor="p-numbers" help={t("people.help_by_hand")}>
        <Input.TextArea id="p-numbers" rows={5} value={text} onChange={(event) => setText(event.target.value)} />
      </Field>
    </EditDialog>
  );
}
