// A roster from a table: chosen, looked at row by row, tried without writing, then taken.
import { Button, Upload } from "antd";
import { CircleCheck, TriangleAlert, Upload as UploadIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Mark, Notice, Table, useProblemText } from "@kit";
import { EditDialog } from "@kit/dialog";
import { useAgents, useUnits } from "@lib/directory";
import { clock, day, moment } from "@lib/format";
import { Problem } from "@lib/api";
import { importRoster, readRoster, type Imported, type Line } from "./api";
import { tryable, verdict } from "./import";

export function ImportDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("departments");
  const people = useAgents();
  const units = useUnits();
  const problem = useProblemText();
  const [lines, setLines] = useState<Line[] | null>(null);
  const [tried, setTried] = useState<Imported | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const person = (number: string) => people.all.find((one) => one.number === number)?.id;
  const take = async (file: File) => {
    setBusy(true);
    setFailed(null);
    try {
      const read = await readRoster(file);
      setTried(await importRoster(tryable(read, person), true));
      setLines(read);
    } catch (error) {
      setFailed(error);
    } finally {
      setBusy(false);
    }
  };
  const said = failed ? problem(failed) : null;
  const said_of = (line: Line) => {
    const found = verdict(line, person, tried);
    if (found.fits)
      return (
        <Mark tone="ready" icon={CircleCheck}>
          {t("import.fits")}
        </Mark>
      );
    const why = "column" in found ? t("import.not_understood", { column: t(`import.column.${found.column}` as "import.column.unit") }) : problem(new Problem(409, `departments.${found.code}`, found.params)).what;
    return (
      <Mark tone="busy" icon={TriangleAlert}>
        {why}
      </Mark>
    );
  };
  const taken = tried?.taken ?? 0;
  return (
    <EditDialog
      title={t("import.title")}
      width={980}
      ready={lines !== null && taken > 0}
      save={t("import.do", { count: taken })}
      saved={t("import.done", { count: taken })}
      onClose={onClose}
      onSave={() => importRoster(tryable(lines ?? [], person), false)}
    >
      {said && (
        <Notice tone="busy" title={said.what}>
          {said.todo}
        </Notice>
      )}
      <p className="muted">{t("import.help")}</p>
      <Upload
        accept=".xlsx,.csv"
        showUploadList={false}
        beforeUpload={(file) => {
          void take(file);
          return false;
        }}
      >
        <Button loading={busy} icon={<UploadIcon size={16} aria-hidden />}>
          {t(lines ? "import.another" : "import.choose")}
        </Button>
      </Upload>
      {lines && (
        <>
          <p role="status">{t("import.found", { rows: lines.length, taken, left: lines.length - taken })}</p>
          <Table
            label={t("import.title")}
            rows={lines}
            rowKey={(line) => String(line.row)}
            columns={[
              { key: "row", title: t("import.row"), num: true, cell: (line) => line.row },
              { key: "unit", title: t("today.unit"), cell: (line) => <span className="nowrap">{line.unit ? units.name(line.unit) : line.unit_text}</span> },
              { key: "person", title: t("member.person"), cell: (line) => <span className="nowrap">{people.name(person(line.number)) ?? line.number}</span> },
              { key: "duty", title: t("stretch.duty"), cell: (line) => t(`duty.${line.duty}`) },
              { key: "span", title: t("stretch.span"), cell: ({ from, to }) => <span className="nowrap">{from && to ? `${moment(from, false)} – ${day(from) === day(to) ? clock(to, false) : `${day(to).slice(5)} ${clock(to, false)}`}` : "—"}</span> },
              { key: "verdict", title: t("import.verdict"), cell: said_of },
            ]}
            empty={null}
          />
        </>
      )}
    </EditDialog>
  );
}
